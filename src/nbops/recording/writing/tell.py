"""What people changed about a run → MLflow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbops.recording.writing.describe import describe_run

if TYPE_CHECKING:
    from nbops.recording.run import Json, Run
    from nbops.recording.writing.mlflow_store import MlflowStore

STAR, HIDDEN, DESCRIPTION = "nbops.star", "nbops.hidden", "mlflow.note.content"


def tell_changes(store: MlflowStore, run_id: str, run: Run, changes: Json) -> None:
    """Write *changes* (`name`, `note`, `star`, `hide`, `deleted`, `tags`) into MLflow's run *run_id*.

    Raises:
        StoreUnavailable: Try again later.
        StoreRefused: MLflow will not take it.
    """
    tags: dict[str, str | None] = dict(changes.get("tags", {}))
    for name, tag in (("star", STAR), ("hide", HIDDEN)):
        if name in changes:
            tags[tag] = "true" if changes[name] else None
    if "note" in changes:
        ours = run.origin == "nbops" and not run.attached
        text = describe_run(replace(run, note=changes["note"])) if ours else changes["note"]
        tags[DESCRIPTION] = text or None
    told: dict[str, Any] = {name: changes[name] for name in ("name", "deleted") if name in changes}
    store.change(run_id, told, tags)
