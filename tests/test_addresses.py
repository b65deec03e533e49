"""What may be shown of an address."""

from __future__ import annotations

import pytest

from nbops.addresses import without_credentials


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://ana:secret@mlflow.example/path", "https://mlflow.example/path"),
        ("https://ana:p@ss@mlflow.example", "https://mlflow.example"),
        ("https://token@host:5000/a@b", "https://host:5000/a@b"),
        ("s3://key:secret@bucket/prefix?sig=abc", "s3://bucket/prefix"),
        ("simplecache::s3://key@bucket/prefix", "simplecache::s3://bucket/prefix"),
        ("sqlite:////home/ana/mlflow.db", "sqlite:////home/ana/mlflow.db"),
        ("cannot reach https://u:p@host/x?k=v: refused", "cannot reach https://host/x refused"),
        ("is it here? no", "is it here? no"),
        ("git@github.com:ana/project.git", "git@github.com:ana/project.git"),
        ("", ""),
    ],
)
def test_credentials_and_queries_are_left_out(address, shown):
    """User, password and query go; place and path stay."""
    assert without_credentials(address) == shown
