"""What happened in a workspace, in a dozen lines a person can read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbops.recording.run import Run
    from nbops.workspace import Workspace


def tell_story(workspace: Workspace) -> Iterator[str]:
    """Yield a line for each thing that happened, in the order of the loop: track, promote, run, register, watch."""
    from nbops.recording.folding.read_model import ReadModel
    from nbops.recording.list_runs import list_runs

    runs = list(reversed(list_runs(workspace, hidden=False)))
    model = ReadModel(workspace)
    cells = [run for run in runs if run.kind == "cell"]
    if cells:
        yield f"tracked {len(cells)} runs: " + "; ".join(_run(run) for run in cells)
    for pipeline in reversed(model.list("pipeline")):
        answer = "verified" if pipeline.get("verified") else "not verified"
        yield f"promoted to {pipeline['path']}: {answer} ({pipeline.get('verdict', '')})"
    for run in (run for run in runs if run.kind == "pipeline"):
        yield f"ran the pipeline: {_run(run)}"
    for version in sorted(model.list("version"), key=lambda item: (item["name"], int(item["version"]))):
        aliases = ", ".join(version.get("aliases") or ()) or "no alias"
        yield f"registered {version['name']} v{version['version']} ({aliases})"
    reports = sorted(model.list("report"), key=lambda item: str(item.get("label")))
    for state in ("ok", "warn", "alert", "unknown"):
        labels = [str(item.get("label")) for item in reports if item.get("state") == state]
        if labels:
            yield f"watched {len(labels)} windows: {state}: {', '.join(labels)}"
    moved = [f"{item['label']}: {', '.join(_moved(item))}" for item in reports if _moved(item)]
    if moved:
        yield f"performance, predictions or labels moved in {'; '.join(moved)}"


def _run(run: Run) -> str:
    metrics = ", ".join(f"{name} {value:.4g}" for name, value in list(run.metrics.items())[:2])
    return f"{run.name}: {metrics or run.status.lower()}"


def _moved(report: dict[str, Any]) -> list[str]:
    columns = report.get("columns") or ()
    return [
        str(item["name"]) for item in columns if item.get("drifted") and item.get("role") not in {"feature", "time"}
    ]
