"""Frames and arrays that a cell reads."""
