"""What is new in the data that a watch looks at."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError, SnapshotError, SnapshotNotFound, SourceError
from nbops.monitoring.watching.fresh_rows import Fresh, fresh_rows
from nbops.monitoring.watching.sql import asks_since, is_database, read_rows

if TYPE_CHECKING:
    import pandas as pd

    from nbops.monitoring.watching.plan import Plan
    from nbops.monitoring.watching.seen import Seen
    from nbops.profiles.profile import Profile
    from nbops.workspace import Workspace

SNAPSHOT = "snapshot:"
_READ = {".parquet": "read_parquet", ".pq": "read_parquet", ".csv": "read_csv", ".gz": "read_csv", ".tsv": "read_table"}


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What a source holds beyond what was seen.

    Attributes:
        frame: Frame, path or profile; None where nothing is new.
        parts: What the source consists of now, to be remembered.
        until: As in `Seen`.
        earlier: As in `Seen`.
        waiting: As in `Seen`.
        newest: Latest time in the data, else when they were written; seconds since the epoch, None where unknown.
        own_clock: `newest` is in the data's own clock.
        notes: What a person should know about the reading.
    """

    frame: Any
    parts: Mapping[str, list[Any]]
    until: float | None = None
    earlier: int = 0
    waiting: int = 0
    newest: float | None = None
    own_clock: bool = False
    notes: tuple[str, ...] = ()


def read_batch(plan: Plan, reference: Profile, seen: Seen, workspace: Workspace, now: float) -> Batch:
    """Read what is new.

    Files of a pattern count once, each as a whole. A single file, a snapshot and the rows of a query are cut by the
    reference's time column where they have it, and count as a whole where not.

    Raises:
        SourceError: The data are not there, or cannot be read.
        ProfileError: They are no dataset.
    """
    if is_database(plan.source):
        return _query(plan, reference, seen, workspace, now)
    if plan.source.startswith(SNAPSHOT):
        return _snapshot(plan, reference, seen, workspace, now)
    paths = find_files(plan.source, workspace)
    if is_pattern(plan.source, workspace):
        return _pattern(paths, reference, seen, workspace)
    (path,) = paths
    parts = {path.name: _identity(path, seen.parts.get(path.name))}
    modified = path.stat().st_mtime
    if _same(parts, seen.parts) and not seen.waiting:
        return Batch(None, parts, seen.until, seen.earlier, 0, seen.until or modified, own_clock=seen.until is not None)
    if reference.time is None:
        return Batch(path, parts, newest=modified)
    return _cut(read_frame(path), parts, reference, seen, now, modified)


def find_files(source: str, workspace: Workspace) -> list[Path]:
    """Return the files that a path or pattern names, by name.

    Raises:
        SourceError: There are none.
    """
    place = Path(source).expanduser()
    place = place if place.is_absolute() else workspace.project / place
    if not is_pattern(source, workspace):
        if not place.is_file():
            raise SourceError(f"{source} is not there", hint="a file, a pattern in quotes, or snapshot:NAME")
        return [place]
    found = sorted(Path(name) for name in glob.glob(str(place), recursive=True) if Path(name).is_file())  # noqa: PTH207 # Path.glob takes no absolute pattern
    if not found:
        raise SourceError(f"no file matches {source}")
    return found


def is_pattern(source: str, workspace: Workspace) -> bool:
    """Say whether *source* stands for any number of files; a file that is called so is one."""
    return glob.has_magic(source) and not (workspace.project / Path(source).expanduser()).is_file()


def _pattern(paths: list[Path], reference: Profile, seen: Seen, workspace: Workspace) -> Batch:
    from nbops.profiles.profile import profile

    parts = {workspace.relative(path): _identity(path, seen.parts.get(workspace.relative(path))) for path in paths}
    new = [path for path in paths if not _same_part(workspace.relative(path), parts, seen.parts)]
    newest = max(path.stat().st_mtime for path in paths)
    if not new:
        return Batch(None, {**seen.parts, **parts}, newest=newest)
    changed = [workspace.relative(path) for path in new if workspace.relative(path) in seen.parts]
    notes = [f"changed since it was judged, and counted again: {', '.join(changed[:5])}"] if changed else []
    made = None
    try:
        for path in new:
            one = profile(path, like=reference, workspace=workspace)
            made = one if made is None else made.merge(one)
        frame: Any = made
    except ProfileError:
        import pandas as pd

        # Files of different columns have no profile in common; together they have all columns, with gaps.
        frame = pd.concat([read_frame(path) for path in new], ignore_index=True)
        notes.append("the new files do not all have the same columns, or not the reference's windows")
    name = new[0].name if len(new) == 1 else f"{len(new)} files to {new[-1].name}"
    return Batch(_named(frame, name), {**seen.parts, **parts}, newest=newest, notes=tuple(notes))


def _named(frame: Any, name: str) -> Any:
    from dataclasses import replace

    from nbops.profiles.profile import Profile

    return replace(frame, name=name) if isinstance(frame, Profile) else frame


def _snapshot(plan: Plan, reference: Profile, seen: Seen, workspace: Workspace, now: float) -> Batch:
    from nbops.snapshots.describe import describe
    from nbops.snapshots.load import load

    name = plan.source.removeprefix(SNAPSHOT)
    try:
        found = describe(name, workspace=workspace)
        parts = {name: [found.id]}
        if _same(parts, seen.parts) and not seen.waiting:
            return Batch(None, parts, seen.until, seen.earlier, 0, seen.until, own_clock=True)
        frame = load(found.id, workspace=workspace)
    except SnapshotNotFound as error:
        raise SourceError(f"there is no snapshot {name!r}", hint="nbops snapshot list") from error
    except SnapshotError as error:
        raise SourceError(f"the snapshot {name!r} cannot be read: {error}", hint=error.hint) from error
    return _cut(frame, parts, reference, seen, now, None)


def _query(plan: Plan, reference: Profile, seen: Seen, workspace: Workspace, now: float) -> Batch:
    query = workspace.project / Path(plan.query).expanduser()
    since = asks_since(query)
    frame = read_rows(plan.source, query, seen.until if since else None)
    if since and seen.until is not None and not len(frame):
        return Batch(None, seen.parts, seen.until, seen.earlier, 0, seen.until, own_clock=True)
    parts = {plan.query: [_digest_rows(frame)]}
    if _same(parts, seen.parts) and not seen.waiting:
        return Batch(None, parts, seen.until, seen.earlier, 0, seen.until, own_clock=seen.until is not None)
    return _cut(frame, parts, reference, seen, now, None, again=not since)


def _cut(
    frame: Any,
    parts: Mapping[str, list[Any]],
    reference: Profile,
    seen: Seen,
    now: float,
    modified: float | None,
    *,
    again: bool = True,
) -> Batch:
    """Cut what is new from *frame*; *again*: it also holds what was seen."""
    found: Fresh | None = None
    if reference.time is not None and reference.window is not None and hasattr(frame, "columns"):
        earlier = seen.earlier if again else None
        found = fresh_rows(frame, reference.time, reference.window, until=seen.until, earlier=earlier, now=now)
    if found is None:
        return Batch(frame, parts, seen.until, seen.earlier, 0, modified)
    notes = []
    if found.behind:
        notes.append(f"{found.behind:,} rows came after their window had been judged; they are in no report")
    if found.waiting:
        notes.append(f"{found.waiting:,} rows wait until their window ({reference.window}) is complete")
    fresh = found.frame if len(found.frame) else None
    cut = found.until, found.earlier, found.waiting, found.newest
    return Batch(fresh, parts, *cut, own_clock=True, notes=tuple(notes))


def _identity(path: Path, former: list[Any] | None) -> list[Any]:
    """Return size, time of change and digest of a file; the digest is taken anew only where the other two changed."""
    status = path.stat()
    if former and list(former[:2]) == [status.st_size, status.st_mtime_ns]:
        return list(former)
    with path.open("rb") as file:
        return [status.st_size, status.st_mtime_ns, hashlib.file_digest(file, "blake2b").hexdigest()[:32]]


def _same(parts: Mapping[str, list[Any]], seen: Mapping[str, list[Any]]) -> bool:
    return bool(parts) and all(_same_part(name, parts, seen) for name in parts)


def new_parts(parts: Mapping[str, list[Any]], seen: Mapping[str, list[Any]]) -> tuple[str, ...]:
    """Name the parts whose content was not seen."""
    return tuple(name for name in parts if not _same_part(name, parts, seen))


def _same_part(name: str, parts: Mapping[str, list[Any]], seen: Mapping[str, list[Any]]) -> bool:
    return name in seen and parts[name][-1] == seen[name][-1]


def _digest_rows(frame: pd.DataFrame) -> str:
    import pandas as pd

    sums = pd.util.hash_pandas_object(frame.astype(str), index=False)
    return hashlib.blake2b(sums.to_numpy().tobytes() + str(list(frame.columns)).encode()).hexdigest()[:32]


def read_frame(path: Path) -> pd.DataFrame:
    """Return the rows of a CSV or Parquet file.

    Raises:
        SourceError: It is neither, or cannot be read.
    """
    import pandas as pd

    reader = _READ.get(path.suffix.lower())
    if reader is None:
        raise SourceError(f"{path.name} is neither CSV nor Parquet", hint=", ".join(_READ))
    try:
        frame: pd.DataFrame = getattr(pd, reader)(path)
    except pd.errors.EmptyDataError:
        return pd.DataFrame()
    except Exception as error:  # readers raise whatever their libraries raise
        raise SourceError(f"{path.name} cannot be read: {str(error).splitlines()[0][:200]}") from error
    return frame
