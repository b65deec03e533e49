"""What a contract may be called."""

from __future__ import annotations

import re

_LONGEST = 60  # a file name holds 255 bytes, and a letter up to four of them
_ENDINGS = re.compile(r"\.(?:csv|tsv|parquet|pq|ya?ml|gz)$", re.IGNORECASE)


def contract_name(text: str) -> str:
    """Return *text* as the name of a contract, which is also that of its file: no endings, no odd characters."""
    while (shorter := _ENDINGS.sub("", text)) != text:
        text = shorter
    return re.sub(r"[^\w.-]+", "-", text)[:_LONGEST].strip("-.") or "dataset"
