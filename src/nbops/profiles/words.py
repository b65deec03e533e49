"""What a profile knows about the words of a text column, without keeping one.

The vocabulary is a set of 65,536 bits; a word is known if the bit at its hash is set. Only words found in ten or more
rows enter it, so no bit stands for what few rows hold.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

TEXTS = 20_000
_BITS, _MOST, _FEWEST, _LONGEST = 1 << 16, 4_096, 10, 2_000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Words:
    """Words of one column, counted in at most about 20,000 rows.

    Attributes:
        vocabulary: Bits of the words that the reference knows.
        edges: Limits of the bins of the number of words in a text.
        cells: Texts in each bin; those longer than the last limit last.
        known: Words that are in the vocabulary. The vocabulary was made from other rows than are counted.
        unknown: Words that are not.
        windows: Cells, known and unknown per time window, as little-endian int32, window by window.
    """

    vocabulary: bytes = field(repr=False)
    edges: tuple[float, ...] = ()
    cells: tuple[int, ...] = ()
    known: int = 0
    unknown: int = 0
    windows: bytes = field(default=b"", repr=False)

    @property
    def share_unknown(self) -> float:
        """Share of the words that are out of the vocabulary."""
        return self.unknown / max(self.known + self.unknown, 1)

    def window_counts(self) -> np.ndarray:
        """Return cells, known and unknown words of each window, shape (windows, cells + 2)."""
        import numpy as np

        return np.frombuffer(self.windows, dtype="<i4").reshape(-1, len(self.edges) + 3)


def split_words(text: str) -> list[str]:
    """Return the words of *text* in lower case, of its first 2,000 characters."""
    return _WORD.findall(text[:_LONGEST].lower())


def learn_words(texts: Iterable[str]) -> bytes:
    """Return the vocabulary of *texts*, one for each row."""
    import numpy as np

    rows: Counter[str] = Counter()
    for text in texts:
        rows.update(set(split_words(text)))
    often = [word for word, found in rows.most_common(_MOST) if found >= _FEWEST]
    bits = np.zeros(_BITS, dtype=np.uint8)
    bits[[_place(word) for word in often]] = 1
    return np.packbits(bits).tobytes()


def count_words(text: str, vocabulary: bytes) -> tuple[int, int]:
    """Return how many words *text* has that are in the vocabulary, and how many that are not."""
    words = split_words(text)
    places = map(_place, words)
    known = sum(vocabulary[place >> 3] >> (7 - (place & 7)) & 1 for place in places)
    return known, len(words) - known


def choose_texts(ordinals: np.ndarray, total: int) -> tuple[np.ndarray, np.ndarray]:
    """Choose rows for their words out of the sampled ones.

    Args:
        ordinals: Numbers of rows within the sample, shape (rows,).
        total: Rows of the sample.

    Returns:
        Which are looked at, and which of these teach the vocabulary where there is none yet; both of shape (rows,).
    """
    stride = -(-total // TEXTS) or 1
    return ordinals % stride == 0, ordinals // stride % 2 == 0


def _place(word: str) -> int:
    import xxhash

    return int(xxhash.xxh32_intdigest(word.encode("utf-8", "surrogatepass"))) % _BITS
