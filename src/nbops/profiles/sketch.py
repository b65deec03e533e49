"""How many different values there are, from a few kilobytes that add up.

Up to 512 different values their 64-bit hashes are kept, which is exact. Beyond that it is a HyperLogLog (Flajolet et
al. 2007) of 16,384 registers, read with the estimator of Ertl (2017, "New cardinality estimation algorithms for
HyperLogLog sketches", algorithm 6): a standard error of 0.8 % at any size. A hash cannot be turned back into a value,
but known values can be tried, so sketches are left out of what is published.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

FEW = 512
_BITS, _BLOCK = 14, 16_384
_REGISTERS, _REST = 1 << _BITS, 64 - _BITS
_EXACT = b"s"
_DENSE = b"d"
_ODD = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93
_SALT = 0xA0761D6478BD642F  # so that zero is not its own hash
_WHOLE = 2**53
_NARROW = 1 << 16


def sketch_numbers(numbers: np.ndarray) -> bytes:
    """Return the sketch of the finite values of *numbers*, shape (rows,); equal numbers of any dtype are one value."""
    import numpy as np

    if not len(numbers):
        return b""
    if numbers.dtype.kind in "iu" and (span := int(numbers.max()) - int(numbers.min())) < _NARROW:
        low, seen = numbers.min(), np.zeros(span + 1, dtype=bool)
        seen[(numbers - low).astype(np.uint16)] = True
        numbers = np.flatnonzero(seen) + (low if low.dtype != np.uint64 else low.astype(np.int64))
    registers = np.zeros(_REGISTERS, dtype=np.uint8)
    limits = np.full(_REGISTERS, 1 << _REST, dtype=np.uint64)
    few: set[int] | None = set()
    owners = np.zeros(_REGISTERS, dtype=np.uint64)
    spare = np.empty(min(_BLOCK, len(numbers)), dtype=np.uint64)
    for start in range(0, len(numbers), _BLOCK):
        hashes = _mixed(_bits(numbers[start : start + _BLOCK]), spare)
        _raise(registers, limits, hashes)
        if few is not None:
            places = (hashes >> np.uint64(_REST)).astype(np.int64)
            fresh = np.unique(hashes[hashes != owners[places]])
            owners[fresh >> np.uint64(_REST)] = fresh
            few = few.union(fresh.tolist()) if len(fresh) <= FEW else None
            few = few if few is not None and len(few) <= FEW else None
    if few is None:
        return _DENSE + registers.tobytes()
    return _exact(np.fromiter(few, dtype=np.uint64, count=len(few))) if few else b""


def sketch_labels(labels: Iterable[str]) -> bytes:
    """Return the sketch of texts."""
    import numpy as np
    import xxhash

    digest = xxhash.xxh3_64_intdigest
    hashes = np.fromiter((digest(label.encode("utf-8", "surrogatepass")) for label in labels), dtype=np.uint64)
    return _exact(hashes) if len(hashes) else b""


def add_sketches(one: bytes, two: bytes) -> bytes:
    """Return the sketch of both sets together."""
    import numpy as np

    if not one or not two or one == two:
        return one or two
    if one[:1] == two[:1] == _EXACT:
        return _exact(np.concatenate([_read(one), _read(two)]))
    return _DENSE + bytes(np.maximum(_registers(one), _registers(two)).tobytes())


def read_sketch(sketch: bytes) -> int:
    """Return the number of different values."""
    import numpy as np

    if not sketch:
        return 0
    if sketch[:1] == _EXACT:
        return (len(sketch) - 1) // 8
    ranks = np.bincount(_registers(sketch), minlength=_REST + 2).tolist()
    total = _REGISTERS * _tau(1 - ranks[_REST + 1] / _REGISTERS)
    for rank in range(_REST, 0, -1):
        total = 0.5 * (total + ranks[rank])
    total += _REGISTERS * _sigma(ranks[0] / _REGISTERS)
    return round(_REGISTERS**2 / (2 * math.log(2)) / total)


def _bits(numbers: np.ndarray) -> np.ndarray:
    """Return 64 bits for every finite number that are the same for the same value in whatever dtype."""
    import numpy as np

    values = numbers.astype(np.float64) + 0.0  # -0.0 is 0.0
    if numbers.dtype.kind in "iu":
        large = (values >= _WHOLE) | (values <= -_WHOLE)
        bits = values.view(np.uint64)
        return np.asarray(np.where(large, numbers.astype(np.uint64), bits)) if large.any() else bits
    known = np.isfinite(values)
    return np.asarray((values if known.all() else values[known]).view(np.uint64))


def _mixed(bits: np.ndarray, spare: np.ndarray) -> np.ndarray:
    import numpy as np

    part = spare[: len(bits)]
    np.bitwise_xor(bits, np.uint64(_SALT), out=bits)
    for shift, odd in ((32, _ODD[0]), (29, _ODD[1])):
        np.right_shift(bits, np.uint64(shift), out=part)
        np.bitwise_xor(bits, part, out=bits)
        np.multiply(bits, np.uint64(odd), out=bits)
    np.right_shift(bits, np.uint64(32), out=part)
    return np.asarray(np.bitwise_xor(bits, part, out=bits))


def _raise(registers: np.ndarray, limits: np.ndarray, hashes: np.ndarray) -> None:
    """Raise registers to what *hashes* show.

    A register of rank r is raised by a rest below 2^(_REST - r), which is what *limits* hold, so that most values cost
    one look and one comparison.
    """
    import numpy as np

    places = (hashes >> np.uint64(_REST)).astype(np.int64)
    rests = hashes & np.uint64((1 << _REST) - 1)
    new = np.flatnonzero(rests < limits[places])
    if not len(new):
        return
    places, rests = places[new], rests[new]
    _, exponents = np.frexp(rests.astype(np.float64))
    np.maximum.at(registers, places, (_REST + 1 - exponents).astype(np.uint8))
    ranks = np.minimum(registers[places], _REST)
    limits[places] = np.left_shift(np.uint64(1), (_REST - ranks).astype(np.uint64))


def _exact(hashes: np.ndarray) -> bytes:
    import numpy as np

    hashes = np.unique(hashes)
    if len(hashes) <= FEW:
        return _EXACT + hashes.astype("<u8").tobytes()
    return _DENSE + _filled(hashes).tobytes()


def _read(sketch: bytes) -> np.ndarray:
    import numpy as np

    return np.frombuffer(sketch, dtype="<u8", offset=1)


def _registers(sketch: bytes) -> np.ndarray:
    import numpy as np

    return np.frombuffer(sketch, dtype=np.uint8, offset=1) if sketch[:1] == _DENSE else _filled(_read(sketch))


def _filled(hashes: np.ndarray) -> np.ndarray:
    import numpy as np

    registers = np.zeros(_REGISTERS, dtype=np.uint8)
    _raise(registers, np.full(_REGISTERS, 1 << _REST, dtype=np.uint64), hashes)
    return registers


def _sigma(share: float) -> float:
    if share == 1:
        return math.inf
    power, total, factor = share, share, 1.0
    while True:
        power *= power
        former, total, factor = total, total + power * factor, factor * 2
        if total == former:
            return total


def _tau(share: float) -> float:
    if share in {0.0, 1.0}:
        return 0.0
    total, factor = 1 - share, 1.0
    while True:
        share = math.sqrt(share)
        factor *= 0.5
        former, total = total, total - (1 - share) ** 2 * factor
        if total == former:
            return total / 3
