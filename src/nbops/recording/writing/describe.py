"""What a person who only knows MLflow's UI reads: a few lines of Markdown, and tags that speak."""

from __future__ import annotations

import getpass
import hashlib
import json
import re
from typing import Any

from nbops.recording.dataset_state import BY_REFERENCE, dataset_state
from nbops.recording.run import Json, Run
from nbops.recording.writing.git_tags import git_tags

_LONGEST_TAG, _LONGEST_VALUE, _LINES = 5000, 40, 8
EXPERIMENT_TAG = "nbops.experiment_id"  # how capture hands over an experiment that the user chose by id
_MARKUP = re.compile(r"[\\`*\[\]!|~#]|(?<!\w)_|_(?!\w)")
_ADDRESS = re.compile(r"(https?|ftp)://", re.IGNORECASE)
_HEAD = re.compile(r"^\*\*.*\*\* — (running|finished|failed|killed), ", re.MULTILINE)


def describe_run(run: Run) -> str:
    """Return the run's description in Markdown: what a person noted, where it came from, what went in and came out."""
    notebook = _quoted(run.notebook or "")
    where = f"cell [{run.count}] of {notebook}" if run.notebook and run.count else notebook
    lines = [run.note] if run.note else []
    lines.append(
        f"**{_plain(run.name)}** — {run.status.lower()}, {where if run.notebook else run.kind}, {run.duration:.1f} s"
    )
    if run.metrics:
        lines.append("Metrics: " + _listed(f"{_plain(name)} **{value:.4g}**" for name, value in run.metrics.items()))
    if run.parameters:
        pairs = (_quoted(f"{name}={_short(value)}") for name, value in run.parameters.items())
        lines.append("Parameters: " + _listed(pairs))
    if run.snapshots:
        lines.append("Data: " + _listed(_plain(_dataset(item)) for item in run.snapshots))
    if run.error:
        lines.append(_plain(f"Ended by {run.error.get('ename')}: {_short(run.error.get('evalue'), 300)}"))
    lines += [f"⚠ {_plain(warning)}" for warning in run.warnings[:3]]
    lines += [f"⚠ {_plain(_short(text, 300))}" for text in warned_lines(run)[:3]]
    lines += [f"⚠ drew from {_plain(', '.join(unseeded(run)))} without a seed"] if unseeded(run) else []
    lines += [f"{run.masked} secrets masked" if run.masked > 1 else "1 secret masked"] if run.masked else []
    return "\n\n".join(lines)


def warned_lines(run: Run) -> list[str]:
    """Return the warnings that the code showed, with how often."""
    return [
        f"{item.get('category')}: {item.get('message')}" + (f" (×{item['count']})" if item.get("count", 1) > 1 else "")
        for item in run.warned
    ]


def unseeded(run: Run) -> list[str]:
    """Return the random generators that the code drew from, and that nothing had seeded."""
    return [str(item.get("generator")) for item in run.drew if not item.get("seeded")]


def note_in(description: str) -> str:
    """Return what a person wrote into the description of a run that nbops made."""
    found = _HEAD.search(description)
    return (description[: found.start()] if found else description).strip()


def tags_of(run: Run) -> dict[str, str]:
    """Return the tags of *run*; all short, JSON only in `nbops.data`."""
    given = {name: text for name, text in run.tags.items() if name != EXPERIMENT_TAG}
    tags: dict[str, Any] = given | {
        "nbops.run": run.id,
        "nbops.kind": run.kind,
        "nbops.cell_id": run.cell,
        "nbops.execution_count": run.count,
        "nbops.session": run.session,
        "nbops.rerun_of": run.rerun_of,
        "nbops.repeat_of": run.repeat_of,
        "nbops.seeds": ", ".join(f"{name}={value}" for name, value in run.seeds.items()),
        "nbops.facts": ", ".join(f"{name}={value}" for name, value in run.facts.items()),
        "nbops.empty": "true" if run.empty else None,
        "nbops.code_sha": hashlib.sha256(run.source.encode()).hexdigest() if run.source else None,
        "nbops.data": _data(run),
        "nbops.warnings": "; ".join([*run.warnings, *warned_lines(run)]),
        "nbops.random": ", ".join(f"{item['generator']} {_seeding(item)}" for item in run.drew),
        "nbops.masked": run.masked or None,
        "nbops.error": f"{run.error.get('ename')}: {run.error.get('evalue')}" if run.error else None,
        "mlflow.source.name": run.notebook,
        "mlflow.source.type": "NOTEBOOK" if run.notebook else None,
        **git_tags(run.git),
        "mlflow.user": _user(),
    }
    return {name: _cut(str(value)) for name, value in tags.items() if value not in (None, "")}


def parameters_of(parameters: Json, *, most: int = 100, longest: int = 500) -> tuple[dict[str, str], str]:
    """Return parameters as MLflow takes them, and a sentence about what is only in `params.json`; empty if all fit.

    Args:
        parameters: Name → JSON value.
        most: Parameters beyond so many stay out.
        longest: Values beyond so many characters are cut.
    """
    texts = {_name(name): _text(value) for name, value in parameters.items()}
    cut = {name: text if len(text) <= longest else text[: longest - 1] + "…" for name, text in texts.items()}
    kept = dict(list(cut.items())[:most])
    if len(kept) == len(parameters) and kept == texts:
        return kept, ""
    return kept, f"{len(parameters)} parameters: all, at full length, in params.json"


def metric_name(name: str) -> str:
    """Return *name* in the characters that MLflow takes."""
    return _name(name)


def _name(name: str) -> str:
    return re.sub(r"[^\w\-. /]", "_", name)[:250].strip("/") or "_"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)


def _seeding(item: Json) -> str:
    state = f", state {item['state']}" if item.get("state") else ""
    return f"({'seeded' if item.get('seeded') else 'no seed'}{state})"


def _data(run: Run) -> str:
    items = [
        {name: item.get(name) for name in ("name", "role", "id", "rows")}
        | ({"by_reference": True} if dataset_state(item) == BY_REFERENCE else {})
        for item in run.snapshots
    ]
    while items and len(text := json.dumps(items, ensure_ascii=False)) > _LONGEST_TAG:
        items.pop()
    return text if items else ""


def _dataset(item: Json) -> str:
    told = [f"{item['rows']:,} rows"] if item.get("rows") is not None else []
    told += ["by reference"] if dataset_state(item) == BY_REFERENCE else []
    return f"{item['name']} ({', '.join(told)})" if told else str(item["name"])


def _listed(texts: Any) -> str:
    known = list(texts)
    return ", ".join(known[:_LINES]) + (f" and {len(known) - _LINES} more" if len(known) > _LINES else "")


def _short(value: Any, longest: int = _LONGEST_VALUE) -> str:
    text = " ".join(_text(value).split()).replace("`", "'")
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _plain(text: str) -> str:
    """Return *text* so that Markdown shows it as it is, on one line: no link, picture or HTML comes of it.

    A colon before slashes is taken apart as well, since viewers make links of bare addresses.
    """
    line = _MARKUP.sub(r"\\\g<0>", " ".join(text.split())).replace("&", "&amp;").replace("<", "&lt;")
    return _ADDRESS.sub(r"\1&#58;//", line.replace(">", "&gt;"))


def _quoted(text: str) -> str:
    """Return *text* as code, which Markdown leaves alone as long as no backtick or empty line ends it."""
    return f"`{' '.join(text.split()).replace('`', chr(39))}`"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TAG else text[: _LONGEST_TAG - 1] + "…"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
