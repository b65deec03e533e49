"""Follows the cells of a shell, and makes those that are tracked runs."""
