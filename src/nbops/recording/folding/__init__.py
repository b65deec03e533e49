"""Journals and notes, folded into the read model that every screen looks at."""
