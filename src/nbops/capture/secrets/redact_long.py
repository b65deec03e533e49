"""Mask the secrets in a text of megabytes, in pieces, so that no other thread waits for it and no time is wasted."""

from __future__ import annotations

import time

from nbops.capture.secrets.redaction import Redacted, redact

_PIECE = 32_768
_CUT = "\n# cut here: looking for secrets in all of it takes too long\n"


def redact_long(text: str, seconds: float) -> Redacted:
    """Mask secrets in *text*; what could not be looked at in *seconds* is cut off, and a sentence says so.

    Args:
        text: Of any length; it is taken apart where a file or a passage of a difference begins, or at a line's end.
        seconds: Processor time of this thread.
    """
    end_at = time.thread_time() + seconds
    parts: list[str] = []
    masked = start = 0
    while start < len(text):
        if time.thread_time() > end_at:
            parts.append(_CUT)
            break
        end = _end_of_piece(text, start)
        clean = redact(text[start:end])
        parts.append(clean.text)
        masked += clean.masked
        start = end
    return Redacted("".join(parts), masked)


def _end_of_piece(text: str, start: int) -> int:
    limit = start + _PIECE
    if limit >= len(text):
        return len(text)
    key, done = text.rfind("-----BEGIN ", start, limit), text.rfind("-----END ", start, limit)
    if key > done:  # a private key goes on in the next piece
        return key if key > start else min(len(text), start + 2 * _PIECE)
    for edge in ("\ndiff --git ", "\n@@ ", "\n"):
        place = text.rfind(edge, start + _PIECE // 2, limit)
        if place >= 0:
            return place + 1
    # One line without an end: a secret across the edge is a word of it.
    place = max(text.rfind(mark, start + _PIECE // 2, limit) for mark in (" ", ",", ";"))
    return place + 1 if place >= 0 else limit
