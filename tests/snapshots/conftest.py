"""A real S3 protocol server for the shared store."""

from s3_server import s3, s3_server

__all__ = ["s3", "s3_server"]
