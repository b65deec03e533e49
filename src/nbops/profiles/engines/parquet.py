"""Parquet files and folders, read in batches however large they are."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError
from nbops.profiles.engines.arrow import open_dataset_parts

if TYPE_CHECKING:
    from nbops.profiles.table import Parts

_GLOBS = "*?["


def open_parquet(path: Path) -> Parts | None:
    """Open a file, a folder (of Hive partitions too) or a pattern such as `days/*.parquet`.

    Returns:
        The parts; None where pandas, which kept its index in the file, has to say what its columns are.

    Raises:
        ProfileError: It is no Parquet, or the files do not have the same columns.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds

    files: Any = str(path)
    if not path.exists() and any(sign in str(path) for sign in _GLOBS):
        files = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207 # the pattern may be absolute
        if not files:
            raise ProfileError(f"no file is called {path}")
    elif path.is_dir() and not any(path.rglob("*.parquet")) and not any(path.rglob("*.pq")):
        raise ProfileError(f"{path} holds no Parquet file")
    try:
        dataset = ds.dataset(files, format="parquet", partitioning="hive", exclude_invalid_files=path.is_dir())
    except (pa.ArrowException, OSError) as error:
        raise ProfileError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
    kept = (dataset.schema.pandas_metadata or {}).get("index_columns", [])
    stored = {label for label in kept if isinstance(label, str)}
    if any(
        pa.types.is_timestamp(dataset.schema.field(label).type) for label in stored if label in dataset.schema.names
    ):
        return None if path.is_file() else open_dataset_parts(dataset, path.name)
    names = [label for label in dict.fromkeys(dataset.schema.names) if label not in stored]
    return open_dataset_parts(dataset, path.name, names)
