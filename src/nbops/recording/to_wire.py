"""The JSON of a run: what `nbops runs --json` prints and the server sends."""

from __future__ import annotations

from dataclasses import fields

from nbops.recording.run import Json, Run


def to_wire(run: Run) -> Json:
    """Return *run* as plain JSON values; `run_id`, `params` and `metrics` are MLflow's words."""
    values = {field.name: getattr(run, field.name) for field in fields(run)}  # asdict copies deeply, page after page
    wire = {"run_id": values.pop("id"), "name": values.pop("name"), "status": values.pop("status")}
    wire["lineage"] = run.lineage
    return wire | {"params": values.pop("parameters"), "metrics": values.pop("metrics")} | values
