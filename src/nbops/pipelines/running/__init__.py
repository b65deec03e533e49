"""Notebook + parameters → run, in a fresh kernel."""
