"""What the browser gets to read, as plain JSON values. Blocking: call these in a thread."""
