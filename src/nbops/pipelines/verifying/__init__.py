"""Proof that a pipeline reproduces its run."""
