"""What a person who only knows MLflow's UI reads: five lines of Markdown, and tags that speak."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from nbops.recording.run import Json, Run

_LONGEST_TAG = 5000


def describe_run(run: Run) -> str:
    """Return the run's description in Markdown: where it came from, what went in, what came out."""
    where = f"cell [{run.count}] of `{run.notebook}`" if run.notebook else f"a {run.kind}"
    lines = [f"**{run.name}** — {run.status.lower()}, {where}, {run.duration:.1f} s."]
    if run.metrics:
        lines.append(
            "Metrics: " + ", ".join(f"{name} **{value:.4g}**" for name, value in list(run.metrics.items())[:6]) + "."
        )
    if run.parameters:
        lines.append(
            "Parameters: "
            + ", ".join(f"`{name}={_short(value)}`" for name, value in list(run.parameters.items())[:8])
            + "."
        )
    if run.snapshots:
        lines.append(
            "Data: " + ", ".join(f"{item['name']} ({item['rows']:,} rows)" for item in run.snapshots[:6]) + "."
        )
    if run.error:
        lines.append(f"Ended by {run.error.get('ename')}: {_short(run.error.get('evalue'))}")
    for warning in run.warnings[:3]:
        lines.append(f"⚠ {warning}")
    return "\n\n".join(lines)


def tags_of(run: Run, closed: Json) -> dict[str, str]:
    """Return the tags of *run*; all short, JSON only in `nbops.data`."""
    tags: dict[str, Any] = dict(run.tags) | {
        "nbops.run": run.id,
        "nbops.kind": run.kind,
        "nbops.cell_id": run.cell,
        "nbops.execution_count": run.count,
        "nbops.session": run.session,
        "nbops.parent": run.parent,
        "nbops.rerun_of": run.rerun_of,
        "nbops.repeat_of": run.repeat_of,
        "nbops.seeds": json.dumps(run.seeds) if run.seeds else None,
        "nbops.empty": "true" if run.empty else None,
        "nbops.code_sha": hashlib.sha256(run.source.encode()).hexdigest()[:16] if run.source else None,
        "nbops.data": json.dumps([{k: item[k] for k in ("name", "role", "id", "rows")} for item in run.snapshots])
        if run.snapshots
        else None,
        "nbops.warnings": "; ".join(run.warnings) or None,
        "nbops.error": f"{run.error.get('ename')}: {run.error.get('evalue')}" if run.error else None,
        "mlflow.source.name": run.notebook,
        "mlflow.source.type": "NOTEBOOK" if run.notebook else None,
        "mlflow.source.git.commit": run.git.get("commit"),
        "mlflow.source.git.branch": run.git.get("branch"),
        "mlflow.source.git.repoURL": run.git.get("remote"),
        "nbops.git_dirty": str(run.git["dirty"]).lower() if "dirty" in run.git else None,
        "mlflow.user": closed.get("user"),
    }
    return {name: str(value)[:_LONGEST_TAG] for name, value in tags.items() if value not in (None, "")}


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:39] + "…"  # noqa: PLR2004 # a line's worth
