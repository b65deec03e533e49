"""One recorded run, as `nbops.last_run()` shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.widgets.card import card_of_run
from nbops.widgets.phrases import moment, needed
from nbops.widgets.rendering import Rendering
from nbops.widgets.run_card import run_card

if TYPE_CHECKING:
    from nbops.recording.run import Run


def run_view(run: Run) -> Rendering:
    """Show *run*: its card, and opened also where it came from, its ids and its code."""
    commit = str(run.git.get("commit") or "")[:10]
    more: list[tuple[str, object]] = [
        ("run", run.id[:12]),
        ("MLflow", run.mlflow_run_id or "not there yet"),
        ("experiment", run.experiment),
        ("from", " ".join(filter(None, [run.notebook, f"In [{run.count}]" if run.count else "", run.kind]))),
        ("started", moment(run.started)),
        ("needed", needed(run.resources)),
        ("commit", f"{commit}{' and uncommitted changes' if run.git.get('dirty') else ''}" if commit else ""),
        ("note", run.note),
    ]
    card = run_card(card_of_run(run), source=run.source, more=more)
    return Rendering(f"{card.text} · {run.id[:8]}" if "\n" not in card.text else card.text, card.html)
