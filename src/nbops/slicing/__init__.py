"""Execution log → explained slice: the small, sound set of executions that reproduces a result."""
