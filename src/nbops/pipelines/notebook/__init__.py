"""Slice → the notebook of a pipeline, with the user's code as it was typed."""
