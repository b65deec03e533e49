"""Streams, cut into chunks and kept in files that are written once."""
