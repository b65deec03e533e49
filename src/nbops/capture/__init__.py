"""Cell → journal record: what an execution read, computed and changed, on disk before the cell returns."""
