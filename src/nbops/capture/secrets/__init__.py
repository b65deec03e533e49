"""What must never reach the disk, and how it is masked."""
