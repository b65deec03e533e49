"""What would steer a terminal, made something that can be read."""

from __future__ import annotations

import re

# Control characters but tab and end of line, what turns the direction of reading round, and halves of characters.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    r"""Return *text* with every control character spelled out, such as `\x1b`: names may come from anybody."""
    return _STEERING.sub(_spelled, text)


def _spelled(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
