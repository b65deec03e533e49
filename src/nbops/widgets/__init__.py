"""Nouns → what a person sees: text and HTML that needs no JavaScript. Pure functions; nothing is looked up."""
