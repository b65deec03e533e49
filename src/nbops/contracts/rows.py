"""pandas' and narwhals' adapter: the rows behind a profile, of which only the columns asked for are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.errors import ContractError, NbopsError
from nbops.profiles.profile import Profile, profile

if TYPE_CHECKING:
    import pandas as pd

_FIRST = 1000
_PARQUET, _CSV, _TSV = (".parquet", ".pq"), (".csv", ".csv.gz"), (".tsv", ".tsv.gz")


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A dataset that can be profiled, and of which single columns can be read.

    Attributes:
        source: A frame of any library, the path of Parquet files, or only a `Profile`.
        name: What it is called.
        workspace: Where snapshots lie.
    """

    source: Any
    name: str | None = None
    workspace: Any = None

    @property
    def readable(self) -> bool:
        """Whether there are rows to read: of a profile there are none."""
        return not isinstance(self.source, Profile)

    def profile(self, time: str | None = None, window: str | None = None) -> Profile:
        """Summarise all columns; see `nbops.profile`."""
        return profile(self.source, time=time, window=window, name=self.name, workspace=self.workspace)

    def read(self, names: Iterable[str]) -> pd.DataFrame:
        """Return the columns *names* as a pandas frame; of a label that occurs twice, the first."""
        wanted = list(dict.fromkeys(names))
        if isinstance(self.source, Path):
            import pandas as pd

            return pd.read_parquet(self.source, columns=wanted)
        frame = _indexed(_in_pandas(self.source, wanted))
        labels = [_label(label) for label in frame.columns]
        chosen = frame.iloc[:, [labels.index(name) for name in wanted]]
        return chosen.set_axis(wanted, axis=1)


def open_rows(data: Any, *, texts: Iterable[str] | None = None, workspace: Any = None) -> Rows:
    """Open *data*: whatever `nbops.profile` takes, or the address of a CSV or Parquet file.

    Args:
        data: The dataset.
        texts: Columns that hold text whatever they look like; a CSV file does not say which do. None: those whose
            numbers begin with a nought.
        workspace: Where snapshots lie.

    Raises:
        ContractError: A file or address that holds no table, or cannot be read.
        SnapshotNotFound: A text names neither a file nor a snapshot.
    """
    if isinstance(data, str | Path):
        return _opened(data, None if texts is None else frozenset(texts), workspace)
    if type(data).__module__.startswith("nbops.snapshots"):
        from nbops.snapshots.load import load

        return Rows(load(data, workspace=workspace), getattr(data, "name", None), workspace)
    name = getattr(data, "name", None)
    return Rows(_typed(data), name if isinstance(name, str) else None, workspace)


def _typed(data: Any) -> Any:
    """Return pandas' columns of plain Python numbers as what they would be had pandas read them."""
    if type(data).__module__.partition(".")[0] != "pandas":
        return data
    import pandas as pd

    untyped = isinstance(data, pd.DataFrame) and any(map(pd.api.types.is_object_dtype, data.dtypes))
    return data.infer_objects() if untyped else data


def _opened(place: str | Path, texts: frozenset[str] | None, workspace: Any) -> Rows:
    text = str(place)
    kind = text.lower().partition("?")[0]
    if "://" in text or Path(place).is_file():
        name = text.rsplit("/", 1)[-1].partition("?")[0]
        if kind.endswith((*_CSV, *_TSV)):
            return Rows(_read_csv(place, texts, tab=kind.endswith(_TSV)), name, workspace)
        if kind.endswith(_PARQUET):
            return Rows(Path(place) if "://" not in text else _read_parquet(text), name, workspace)
        raise ContractError(f"{name} is neither CSV nor Parquet", hint=", ".join((*_PARQUET, *_CSV, *_TSV)))
    if kind.endswith((*_CSV, *_TSV, *_PARQUET)):
        raise ContractError(f"there is no file {text}")
    if Path(place).is_dir():
        return Rows(Path(place), Path(place).name, workspace)
    from nbops.snapshots.load import load

    return Rows(load(text, workspace=workspace), text, workspace)


def _read_csv(place: str | Path, texts: frozenset[str] | None, *, tab: bool) -> pd.DataFrame:
    import pandas as pd

    sep = "\t" if tab else ","
    try:
        first = pd.read_csv(place, sep=sep, nrows=_FIRST, dtype="str")
        known = [name for name, told in first.items() if (_is_code(told) if texts is None else name in texts)]
        frame: pd.DataFrame = pd.read_csv(place, sep=sep, dtype=dict.fromkeys(known, "str"), low_memory=False)
    except pd.errors.EmptyDataError:
        return pd.DataFrame()
    except (OSError, ValueError) as error:
        raise ContractError(f"{Path(place).name} cannot be read: {_first_line(error)}") from error
    return frame


def _is_code(told: pd.Series) -> bool:
    """Say whether numbers begin with a nought that is part of them, as `007` does."""
    return bool(told.dropna().str.fullmatch(r"0\d+").any())


def _read_parquet(address: str) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_parquet(address)
    except (OSError, ValueError) as error:
        raise ContractError(f"{address} cannot be read: {_first_line(error)}") from error


def _in_pandas(source: Any, names: list[str]) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    if isinstance(source, pd.DataFrame):
        return source
    if isinstance(source, pd.Series):
        return source.to_frame("value" if source.name is None else source.name)
    if isinstance(source, np.ndarray):
        return pd.DataFrame(source if source.dtype.names or source.ndim > 1 else {"value": np.atleast_1d(source)})
    if isinstance(source, Mapping):
        return pd.DataFrame(dict(source))
    import narwhals as nw

    try:
        frame = nw.from_native(source)
    except TypeError as error:
        raise ContractError(f"rows cannot be read from {type(source).__name__}") from error
    chosen = frame.select(names)
    return (chosen.collect() if isinstance(chosen, nw.LazyFrame) else chosen).to_pandas()


def _indexed(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    name = str(frame.index.name or "index")
    if isinstance(frame.index, pd.DatetimeIndex) and name not in map(str, frame.columns):
        return frame.reset_index(names=name)
    return frame


def _label(label: object) -> str:
    return ".".join(map(str, label)) if isinstance(label, tuple) else str(label)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def is_away(error: NbopsError) -> bool:
    """Say whether *error* means that there is nothing to read, rather than that it is in a form we do not know."""
    return "neither CSV nor Parquet" not in str(error)
