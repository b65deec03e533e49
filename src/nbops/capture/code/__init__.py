"""A cell's text: what it reads, binds, and in which way. Pure syntax; nothing is run."""
