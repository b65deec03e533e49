"""What a pipeline's cell left in the namespace, kept on disk and put back: the kernel's side of resuming."""
