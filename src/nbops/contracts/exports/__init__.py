"""Contracts in the forms of others; each foreign library or format in one file."""
