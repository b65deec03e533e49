"""Slice → verified, parameterized notebook; notebook + parameters → run."""
