"""Cells of a pipeline that need not run again: which ones, why, and how their state comes back."""
