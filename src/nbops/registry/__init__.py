"""Versions, gates, aliases and the way back: run → version, version + gates → verdict, alias → version."""
