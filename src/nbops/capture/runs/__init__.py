"""The session of this process, and the runs that it opens, logs into and closes."""
