"""A store that several workspaces share: a folder or any fsspec URL."""
