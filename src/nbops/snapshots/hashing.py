"""blake3's adapter: what names content. The front of a digest is a shorter digest, which is what keys are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blake3 import blake3

DIGEST = 32  # bytes


def digest_of(content: bytes | memoryview, length: int = DIGEST) -> bytes:
    """Return the BLAKE3 digest of *content*, or its first *length* bytes."""
    from blake3 import blake3

    return blake3(content).digest(length)


def hasher() -> blake3:
    """Return what takes content piece by piece with `update` and tells its `digest`."""
    from blake3 import blake3

    return blake3()


def matches(content: bytes | memoryview, key: bytes) -> bool:
    """Say whether *key* is the digest of *content*, or the front of it."""
    return digest_of(content, len(key)) == key
