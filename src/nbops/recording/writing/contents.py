"""What of a run goes into MLflow, in MLflow's shapes."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from nbops.capture.journal.journal import read_blob
from nbops.errors import JournalError, NbopsError, ProfileError
from nbops.recording.models.open_model import mlflow_type
from nbops.recording.run import Json, Run
from nbops.recording.writing.describe import metric_name
from nbops.recording.writing.draw_chart import CHART, draw_chart
from nbops.workspace import Workspace

Point = tuple[str, float, int, int]
OUTPUT, SYSTEM = "nbops/output.txt", "system/"
_PROFILE = ".profile.json"
_MOST_PROFILE = 1_000_000  # bytes; MLflow takes sixteen times as much, its list of runs should not


def points_of(logged: list[tuple[float, list[list[Any]]]]) -> list[Point]:
    """Return `name, value, milliseconds, step` of values that the code logged (`time, [[name, value, step]]`)."""
    return [
        (metric_name(name), float(value), int(time * 1000), int(step))
        for time, points in logged
        for name, value, step in points
    ]


def final_points(run: Run, closed: Json, stream: Json) -> list[Point]:
    """Return the metrics known when the run ended, without those that were logged with the same value already."""
    at = int((run.ended or run.started) * 1000)
    former, steps = stream.get("metrics", {}), stream.get("steps", {})
    return [
        (metric_name(name), float(value), at, steps.get(name, -1) + 1)
        for name, value in closed.get("metrics", {}).items()
        if name not in former or former[name] != value
    ] + [(f"{SYSTEM}{name}", value, at, 0) for name, value in _resources(run).items()]


def _resources(run: Run) -> dict[str, float]:
    """Return time and memory as MLflow's system metrics, which its screens keep apart from a model's."""
    if not run.resources:
        return {}
    peak = run.resources.get("peak_bytes")
    measured = {"duration_seconds": round(run.duration, 3), "cpu_seconds": run.resources.get("cpu_seconds", 0.0)}
    return measured | ({"peak_memory_megabytes": round(peak / 1e6, 1)} if peak else {})


def datasets_of(closed: Json, folder: Path) -> list[dict[str, str]]:
    """Return the dataset inputs of a run, each with its published profile; rows stay in the workspace.

    Args:
        closed: Last record of the run.
        folder: Of the journal, with the blobs.
    """
    merged: dict[tuple[str, str], dict[str, str]] = {}
    for item in closed.get("datasets", ()):
        snapshot, columns = item.get("snapshot"), item.get("columns") or {}
        digest = str(snapshot or item.get("digest") or "by-reference")[:36]
        role = str(item.get("role") or "input")
        if (known := merged.get((item["name"], digest))) is not None:
            known["role"] = ", ".join(dict.fromkeys([*known["role"].split(", "), role]))
            continue
        fields = [
            {"type": mlflow_type(str(dtype)) or "string", "name": str(name), "required": True}
            for name, dtype in columns.items()
        ]
        merged[item["name"], digest] = {
            "name": str(item["name"])[:500],
            "digest": digest,
            "role": role,
            # Nothing of the machine or of where the store is; `dataset_source` reads it.
            "source": json.dumps({"uri": f"nbops://{snapshot}" if snapshot else "by reference"}),
            "schema": json.dumps({"mlflow_colspec": fields}) if len(fields) < 5000 else "",  # noqa: PLR2004 # 1 MB
            "profile": _profile_text(item, len(columns), folder),
        }
        if reason := item.get("reason"):
            merged[item["name"], digest]["source"] = json.dumps({"uri": "by reference", "reason": reason})
    return list(merged.values())


def files_of(
    run: Run, opened: Json, closed: Json, folder: Path, params: Json | None, *, rows: bool = True
) -> tuple[dict[str, bytes], list[str]]:
    """Return the artifacts of a run (path → content), and sentences about blobs that are lost.

    Args:
        run: The run.
        opened: Its first record.
        closed: Its last record.
        folder: Of the journal, with the blobs.
        params: All parameters, where MLflow takes only some.
        rows: Also what holds rows of data.
    """
    where = f"nbops/cell-{run.count}.py" if opened.get("attach") and run.count else "nbops/cell.py"
    files: dict[str, bytes] = {where: run.source.encode()} if run.source else {}
    if closed.get("environment"):
        files["nbops/environment.json"] = json.dumps(closed["environment"], indent=1, ensure_ascii=False).encode()
    if params is not None:
        files["params.json"] = json.dumps(params, indent=1, ensure_ascii=False, default=str).encode()
    withheld = set() if rows else set(withheld_of(closed))
    pictured = [(str(item["path"]), item["blob"]) for item in closed.get("artifacts", ())]
    blobs = [item for item in pictured if item[0] not in withheld]
    blobs += [(f"data/{item['name']}{_PROFILE}", item.get("profile")) for item in closed.get("datasets", ())]
    blobs.append((OUTPUT, closed.get("output", {}).get("blob")))
    blobs.append(("nbops/diff.patch", closed.get("git", {}).get("diff")))
    blobs.append(("nbops/traceback.txt", (closed.get("error") or {}).get("traceback")))
    lost = []
    for path, blob in blobs:
        try:
            if blob:
                content = read_blob(folder, blob)
                files[_inside(path)] = content if rows or not path.endswith(_PROFILE) else _published(content)
        except (JournalError, ProfileError) as error:
            lost.append(f"{path}: {error}")
    return files | _pictures(pictured, folder), lost


def _profile_text(item: Json, columns: int, folder: Path) -> str:
    """Return what MLflow shows of a dataset's size and, below that, its profile where there is one that fits."""
    body: Json = {"num_rows": item.get("rows"), "num_columns": columns}
    with suppress(JournalError, ProfileError):
        if blob := item.get("profile"):
            full = json.dumps(body | json.loads(_published(read_blob(folder, blob))), ensure_ascii=False)
            return full if len(full.encode()) < _MOST_PROFILE else json.dumps(body)
    return json.dumps(body)


def _published(content: bytes) -> bytes:
    """Return a profile without values that only a few rows hold."""
    from nbops.profiles.profile import Profile

    return Profile.from_json(content).to_json(publish=True).encode()


def withheld_of(closed: Json) -> list[str]:
    """Return the paths of artifacts that hold rows of data."""
    return [str(item["path"]) for item in closed.get("artifacts", ()) if item.get("rows")]


def _pictures(blobs: list[tuple[str, str]], folder: Path) -> dict[str, bytes]:
    """Return pictures of charts, which MLflow's screens show where they show a specification as text."""
    found = {}
    for path, blob in blobs:
        if path.endswith(CHART):
            with suppress(JournalError):
                if picture := draw_chart(read_blob(folder, blob)):
                    found[_inside(path.removesuffix(CHART) + ".png")] = picture
    return found


def rows_of(closed: Json, workspace: Workspace) -> tuple[dict[str, bytes], list[str]]:
    """Return the rows of the run's snapshots as Parquet, for projects that let them leave the workspace."""
    from nbops.snapshots.load import load

    files, lost = {}, []
    for item in closed.get("datasets", ()):
        if not item.get("snapshot"):
            continue
        try:
            value: Any = load(item["snapshot"], workspace=workspace)
            frame = value.to_frame() if hasattr(value, "to_frame") else value
            content = io.BytesIO()
            frame.to_parquet(content)
        except (NbopsError, AttributeError, TypeError, ValueError, OSError) as error:
            lost.append(f"rows of {item['name']} were not uploaded: {error}")
        else:
            files[_inside(f"data/{item['name']}.parquet")] = content.getvalue()
    return files, lost


def _inside(path: str) -> str:
    """Return *path* without anything that leads out of the run's artifacts."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in {"", ".", ".."}]
    return "/".join(parts) or "artifact"
