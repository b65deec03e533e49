"""State of arrays, frames, tensors and random generators, hashed where it lies."""

from __future__ import annotations

import time
from typing import Any

from xxhash import xxh3_64_intdigest

from nbops.capture.namespace.too_much import TooMuch

_BYTES_PER_SECOND = 4e9
_FREE = 1 << 16
State = tuple[int, list[Any]]
# Objects of these libraries are replaced, not changed, by what their owners' methods do.
_REPLACED = frozenset({"sklearn", "scipy", "xgboost", "lightgbm", "catboost", "pyarrow", "numpy", "pandas"})


def library_state(value: Any, kind: type, deadline: float | None) -> State | None:  # noqa: PLR0911 # one a library
    """Return a number for what an object of a known library holds, and its parts; None for any other object.

    Raises:
        TooMuch: Hashing would pass *deadline* (of `time.perf_counter`); without one nothing is hashed.
    """
    library = kind.__module__.partition(".")[0]
    if library == "numpy":
        return _of_numpy(value, deadline)
    if library == "pandas":
        return _of_pandas(value, kind, deadline)
    if library == "pyarrow":
        return _of_arrow(value, kind, deadline)
    if library == "torch" and hasattr(kind, "_version") and hasattr(kind, "data_ptr"):
        return hash((id(value), value._version, value.shape)), []  # noqa: SLF001 # counts in-place changes, on any device
    if kind.__module__ == "random" and hasattr(kind, "getstate"):
        return hash(value.getstate()), []
    if library in _REPLACED and not hasattr(value, "__dict__"):
        return id(value), []
    return None


def _of_numpy(value: Any, deadline: float | None) -> State | None:
    import numpy as np

    if isinstance(value, np.ndarray):
        return _of_array(value, deadline)
    if isinstance(value, (np.generic, np.dtype, np.ufunc)):
        return hash(np.generic.tobytes(value)) if isinstance(value, np.generic) else id(value), []
    if isinstance(value, np.random.Generator):
        return _of_bits(value.bit_generator), []
    if isinstance(value, np.random.BitGenerator):
        return _of_bits(value), []
    if isinstance(value, np.random.RandomState):
        state: Any = value.get_state(legacy=False)
        return hash((state["state"]["key"].tobytes(), state["state"]["pos"], state["has_gauss"], state["gauss"])), []
    return None


def _of_bits(generator: Any) -> int:
    return int(xxh3_64_intdigest(repr(generator.state).encode()))


def _of_array(array: Any, deadline: float | None) -> State:
    import numpy as np

    shape = (array.dtype.str, array.shape, array.strides)
    if array.dtype.hasobject:
        if array.size > _FREE:
            raise TooMuch
        items = np.ndarray.tolist(array.reshape(-1)) if array.dtype.kind == "O" else []
        if array.dtype.kind != "O":
            raise TooMuch
        return hash((shape, *map(_item_token, items))), [item for item in items if not _is_plain(item)]
    if deadline is None:
        root = memory_root(array)
        return 0, [root] if root is not array else []
    _can_hash(array.nbytes, deadline)
    return hash((shape, _of_memory(array))), []


def memory_root(array: Any) -> Any:
    """Return the array that owns the memory *array* is a view of."""
    import numpy as np

    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _of_memory(array: Any) -> int:
    """Hash an array's values without copying it whole."""
    import numpy as np

    if array.nbytes == 0:
        return 0
    for view in (array, array.T):
        if view.flags.c_contiguous:
            return int(xxh3_64_intdigest(view.reshape(-1).view(np.uint8).data))
    if array.nbytes <= _FREE:
        return int(xxh3_64_intdigest(np.ndarray.tobytes(array)))
    # The longest stride first leaves blocks that are as contiguous as the array allows.
    axis = int(np.argmax(np.abs(array.strides)))
    parts = (np.take(array, [place], axis=axis) for place in range(array.shape[axis]))
    return hash(tuple(xxh3_64_intdigest(np.ndarray.tobytes(part)) for part in parts))


def _of_pandas(value: Any, kind: type, deadline: float | None) -> State | None:
    import pandas as pd

    if isinstance(value, (pd.DataFrame, pd.Series)):
        manager = value._mgr  # noqa: SLF001 # the public way to the blocks copies them
        parts = [block.values for block in manager.blocks]  # noqa: PD011 # of a block, no frame
        places = tuple(block.mgr_locs.as_array.tobytes() for block in manager.blocks)
        labels = [_labels(axis, deadline) for axis in manager.axes]
        name = value.name if isinstance(value, pd.Series) and type(value.name) is str else ""
        return hash((kind.__name__, value.shape, places, name, tuple(labels), *map(id, parts))), parts
    if isinstance(value, pd.Index):
        return _labels(value, deadline), []
    if isinstance(value, pd.api.extensions.ExtensionArray):
        return _of_extension(value, deadline)
    if isinstance(value, (pd.Timestamp, pd.Timedelta, pd.Period, pd.Interval)) or value is pd.NaT or value is pd.NA:
        return id(value), []
    return None


def _of_extension(value: Any, deadline: float | None) -> State:
    for inner in ("_pa_array", "_codes", "_ndarray", "_data"):
        held = value.__dict__.get(inner) if hasattr(value, "__dict__") else None
        held = getattr(value, inner, None) if held is None else held
        if held is not None:
            parts = [held]
            mask = getattr(value, "_mask", None)
            if mask is not None:
                parts.append(mask)
            if inner == "_codes":
                return hash(("codes", _labels(value.dtype.categories, deadline))), parts
            return hash(inner), parts
    raise TooMuch


def _labels(index: Any, deadline: float | None) -> int:
    """Return a number for an index, which is immutable, so that its values' memory stands for it."""
    import numpy as np
    import pandas as pd

    if deadline is None:
        return 0
    if isinstance(index, pd.RangeIndex):
        return hash(("range", index.start, index.stop, index.step))
    names = tuple(name if type(name) in {str, int} else None for name in index.names)
    if isinstance(index, pd.MultiIndex):
        codes = tuple(_of_memory(np.asarray(code)) for code in index.codes)
        return hash((names, codes, tuple(_labels(level, deadline) for level in index.levels)))
    values = index._data  # noqa: SLF001 # as it lies, without conversion
    if isinstance(values, np.ndarray):
        if values.dtype.hasobject:
            return (
                hash((names, len(values), *map(_item_token, values.tolist()))) if len(values) <= _FREE else id(values)
            )
        _can_hash(values.nbytes, deadline)
        return hash((names, values.dtype.str, _of_memory(values)))
    token, parts = _of_extension(values, deadline)
    return hash((names, token, *(_part(part, deadline) for part in parts)))


def _part(part: Any, deadline: float | None) -> int:
    state = library_state(part, type(part), deadline)
    return state[0] if state is not None else id(part)


def _of_arrow(value: Any, kind: type, deadline: float | None) -> State:
    """Arrow data never changes in place; the memory's addresses and lengths stand for it, hashed where it is small."""
    chunks = getattr(value, "chunks", None) if kind.__name__ == "ChunkedArray" else None
    chunks = [value] if chunks is None and hasattr(value, "buffers") else chunks
    if chunks is None:
        return id(value), []
    if deadline is None:
        return 0, []
    _can_hash(value.nbytes, deadline)
    tokens: list[Any] = [str(value.type), len(value)]
    for chunk in chunks:
        tokens += [chunk.offset, len(chunk)]
        tokens += [xxh3_64_intdigest(memoryview(part)) if part is not None else 0 for part in chunk.buffers()]
    return hash(tuple(tokens)), []


def _can_hash(nbytes: int, deadline: float | None) -> None:
    if deadline is not None and nbytes > _FREE and time.perf_counter() + nbytes / _BYTES_PER_SECOND > deadline:
        raise TooMuch


def _is_plain(item: Any) -> bool:
    return type(item) in {str, int, float, bool, bytes, type(None)}


def _item_token(item: Any) -> int:
    return hash((type(item).__name__, item)) if type(item) in {str, bool, bytes, type(None)} else (
        hash(("number", str(item))) if type(item) in {int, float} else id(item)
    )  # fmt: skip
