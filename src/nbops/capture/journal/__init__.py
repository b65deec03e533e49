"""What the kernel writes down: records, and the durable local log that holds them."""
