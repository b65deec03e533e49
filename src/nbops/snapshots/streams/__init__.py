"""A dataset, taken apart into streams of bytes and put together again."""
