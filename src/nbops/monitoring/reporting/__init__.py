"""Reports that people look at: pages and figures of what was judged."""
