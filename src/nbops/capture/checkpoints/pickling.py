"""Values of the namespace ↔ one pickle. The only file of this room that imports cloudpickle."""

from __future__ import annotations

import marshal
import pickle
import sys
from collections.abc import Mapping
from functools import lru_cache
from types import CellType, FunctionType
from typing import Any

from nbops.capture.checkpoints.blobs import Refused
from nbops.capture.namespace.buffers import memory_root

_NEVER = {
    "matplotlib": "belongs to a figure",
    "tkinter": "is part of a window",
    "IPython": "belongs to the session",
    "ipykernel": "belongs to the session",
    "ipywidgets": "is shown in the notebook",
    "traitlets": "belongs to the session",
    "logging": "belongs to the process",
    "asyncio": "belongs to the event loop",
    "threading": "belongs to running threads",
    "multiprocessing": "belongs to running processes",
    "subprocess": "is a running program",
    "sqlite3": "is a connection",
    "sqlalchemy": "is a connection",
    "duckdb": "is a connection",
    "socket": "is a connection",
    "ssl": "is a connection",
    "requests": "is a connection",
    "mlflow": "belongs to MLflow",
    "nbops": "is nbops' own or names a secret",
    "tensorflow": "holds state that only its library can save",
    "keras": "holds state that only its library can save",
    "jax": "holds state that only its library can save",
    "dask": "is computed elsewhere",
    "distributed": "is computed elsewhere",
    "pyspark": "is computed elsewhere",
    "mmap": "is a file in memory",
}
_FILES = ("TextIOWrapper", "BufferedReader", "BufferedWriter", "BufferedRandom", "FileIO")
_KEPT = ("__defaults__", "__kwdefaults__", "__dict__", "__doc__", "__qualname__", "__module__", "__annotations__")


class NotPicklable(Exception):  # never leaves this room
    """A value cannot be saved so that it comes back the same; the message says why."""


def pack(values: Mapping[str, Any], namespace: Mapping[str, Any], own: frozenset[str], file: Any, largest: int) -> None:
    """Pickle *values* into *file*, objects that they share once.

    Functions of the notebook come back with the namespace as their globals, its classes are found by their names, views
    of one array view one array again.

    Args:
        values: Name → value.
        namespace: The notebook's.
        own: Names of classes that are saved whole, because the cell itself defines them.
        file: Open for writing; what it raises is passed on as `NotPicklable`, but for `OSError` and `Refused`.
        largest: Most bytes of one array: it is copied before it is written.

    Raises:
        NotPicklable: One of them cannot be saved.
    """
    pickler = _pickler_class()(file, namespace, own, largest)
    try:
        pickler.dump(dict(values))
        pickler.check()
    except (NotPicklable, Refused, OSError):
        raise
    except Exception as error:
        raise NotPicklable(_first_sentence(error)) from error


def get_ready() -> None:
    """Import what `pack` needs, once: that time is not the cell's."""
    _pickler_class()


def unpack(content: Any, namespace: dict[str, Any]) -> dict[str, Any]:
    """Return the values that `pack` saved.

    Raises:
        NotPicklable: They cannot be made again here.
    """
    try:
        values: dict[str, Any] = _Unpickler(content, namespace).load()
    except Exception as error:
        raise NotPicklable(f"{type(error).__name__}: {_first_sentence(error)}") from error
    return values


def _first_sentence(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: Any, namespace: dict[str, Any]) -> None:
        super().__init__(file)
        self._namespace = namespace

    def persistent_load(self, told: Any) -> Any:
        if told == "namespace":
            return self._namespace
        found: Any = self._namespace
        for part in str(told[1]).split("."):
            found = found[part] if found is self._namespace else getattr(found, part)
        return found


@lru_cache(maxsize=1)
def _pickler_class() -> type[Any]:
    """Make the class on first use: cloudpickle takes longer to import than most cells run."""
    import cloudpickle

    class Packer(cloudpickle.Pickler):  # type: ignore[misc] # cloudpickle is untyped
        def __init__(self, file: Any, namespace: Mapping[str, Any], own: frozenset[str], largest: int) -> None:
            super().__init__(file, protocol=5)
            self._namespace, self._own = namespace, own
            self._views = _Views(largest)

        def persistent_id(self, item: Any) -> Any:
            if item is self._namespace:
                return "namespace"
            if isinstance(item, type) and item.__module__ == "__main__":
                return _class_by_name(item, self._namespace, self._own)
            return None

        def reducer_override(self, item: Any) -> Any:
            found = _reduce(item, self._namespace, self._views)
            return super().reducer_override(item) if found is None else found

        def check(self) -> None:
            self._views.check()

    return Packer


def _class_by_name(item: type, namespace: Mapping[str, Any], own: frozenset[str]) -> Any:
    root, _, rest = item.__qualname__.partition(".")
    if root in own:
        return None
    found: Any = namespace.get(root)
    for part in rest.split(".") if rest else ():
        found = getattr(found, part, None)
    if found is not item:
        raise NotPicklable(f"the class {item.__qualname__} is no longer the one of that name")
    return "class", item.__qualname__


def _reduce(item: Any, namespace: Mapping[str, Any], views: _Views) -> Any:
    """Return how *item* is made again where that is not left to cloudpickle; None where it is."""
    kind = type(item)
    library = kind.__module__.partition(".")[0]
    if library in _NEVER:
        raise NotPicklable(f"an object of type {kind.__name__} {_NEVER[library]}")
    if kind.__name__ in _FILES and library == "_io":  # cloudpickle would save what is in them
        raise NotPicklable(f"an object of type {kind.__name__} is an open file")
    if kind is FunctionType and item.__globals__ is namespace:
        return _reduce_function(item, namespace)
    if kind is CellType:
        return _reduce_cell(item)
    if library == "pandas" and hasattr(item, "_mgr"):
        views.take_frame(item)
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(item, numpy.ndarray):
        return views.reduce(item)
    if library == "torch" and getattr(item, "_is_view", bool)():
        raise NotPicklable("a tensor is a view of another one")
    return None


class _Views:
    """Keeps arrays that view one memory together."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._blocks: set[int] = set()
        self._framed: set[int] = set()
        self._alone: set[int] = set()
        self._shared: set[int] = set()
        self._alive: list[Any] = []
        self._apart = False

    def take_frame(self, frame: Any) -> None:
        for block in frame._mgr.blocks:  # noqa: SLF001 # the public way copies
            values = block.values  # of a block, no frame
            for array in (values, getattr(values, "_ndarray", None), getattr(values, "_codes", None)):
                if array is not None:
                    self._blocks.add(id(array))

    def reduce(self, array: Any) -> Any:
        import numpy as np

        root = memory_root(array)
        self._alive.append(root)
        if array.nbytes > self._largest:
            raise NotPicklable(f"an array is larger than {self._largest // 1_000_000} MB")
        if isinstance(array, np.memmap) or isinstance(root, np.memmap):
            raise NotPicklable("an array is a file in memory")
        if id(array) in self._blocks:  # frames are copy-on-write: each gets memory of its own
            self._framed.add(id(root))
        elif type(array) is not np.ndarray or type(root) is not np.ndarray:
            self._apart |= id(root) in self._alone
            self._alone.add(id(root))
        else:
            self._shared.add(id(root))
            if root is not array and array.size:
                return self._view(array, root)
        # Not by protocol 5, whose arrays do not own their memory.
        return array.__reduce_ex__(2) if type(array) is np.ndarray else NotImplemented

    def _view(self, array: Any, root: Any) -> Any:
        if array.dtype.hasobject or not (root.flags.c_contiguous or root.flags.f_contiguous):
            raise NotPicklable("an array is a view that cannot be made again")
        offset = array.__array_interface__["data"][0] - root.__array_interface__["data"][0]
        return _make_view, (root, offset, array.shape, array.strides, array.dtype, array.flags.writeable)

    def check(self) -> None:
        """Refuse what would come back as copies that no longer know of each other.

        Raises:
            NotPicklable: There is such memory.
        """
        if self._apart or self._framed & (self._shared | self._alone) or self._alone & self._shared:
            raise NotPicklable("an array and a frame share memory")


def _make_view(root: Any, offset: int, shape: Any, strides: Any, dtype: Any, writeable: bool) -> Any:
    import numpy as np

    flat = (root if root.flags.c_contiguous else root.T).reshape(-1).view(np.uint8)
    view: Any = np.ndarray(shape, dtype, buffer=flat, offset=offset, strides=strides)
    view.flags.writeable = writeable and root.flags.writeable
    return view


def _reduce_function(function: FunctionType, namespace: Mapping[str, Any]) -> Any:
    made = (marshal.dumps(function.__code__), function.__name__, function.__closure__, namespace)
    return _make_function, made, {name: getattr(function, name) for name in _KEPT}, None, None, _fill_function


def _make_function(code: bytes, name: str, closure: Any, namespace: dict[str, Any]) -> FunctionType:
    return FunctionType(marshal.loads(code), namespace, name, None, closure)  # noqa: S302 # our own file, its hash was compared


def _fill_function(function: FunctionType, state: dict[str, Any]) -> None:
    for name, value in state.items():
        if name == "__dict__":
            function.__dict__.update(value)
        else:
            setattr(function, name, value)


def _reduce_cell(cell: CellType) -> Any:
    try:
        held = (cell.cell_contents,)
    except ValueError:  # not bound yet
        return CellType, ()
    # Filled later: what it holds may hold the function that it belongs to.
    return CellType, (), held, None, None, _fill_cell


def _fill_cell(cell: CellType, held: tuple[Any]) -> None:
    cell.cell_contents = held[0]
