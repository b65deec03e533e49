"""The recorder's process: who holds it, how it starts, what waits for it."""
