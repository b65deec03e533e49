"""Hold the models of two runs against each other: by their bytes, else by what they predict, in another process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from nbops.capture.journal.journal import read_journal
from nbops.capture.journal.records import RunClosed, Session
from nbops.pipelines.verifying.comparison import Comparison
from nbops.recording.run import Json, Run
from nbops.workspace import ENVIRONMENT, Workspace

_PATIENCE = 600.0
_READER = "nbops.pipelines.verifying.predict_with"


def compare_models(captured: Run, fresh: Run, workspace: Workspace) -> tuple[list[Comparison], list[str]]:
    """Return a comparison for each model of *captured* that could be compared, and a sentence for each other one.

    Nothing is unpickled here. Rows come from the snapshots that *captured* read: the columns that the model's signature
    names, or the matrix of its width.
    """
    if not captured.models:
        return [], []
    wanted, _ = _models(captured, workspace)
    given, python = _models(fresh, workspace)
    found: list[Comparison] = []
    unheld: list[str] = []
    asked: dict[str, tuple[Json, Json]] = {}
    for item in captured.models:
        name = str(item["name"])
        mine, other = wanted.get(name), given.get(name)
        if mine is None:
            unheld.append(
                f"the model `{name}` could not be compared: what was captured of it is not in the journal any more"
            )
        elif other is None:
            kept = any(model["name"] == name for model in fresh.models)
            if kept:
                unheld.append(f"the model `{name}` could not be compared: the fresh kernel's was not stored")
            else:
                found.append(Comparison(f"model {name}", mine["blob"][:12], None, equal=False))
        elif mine["blob"] == other["blob"]:
            found.append(Comparison(f"model {name}", mine["blob"][:12], other["blob"][:12], equal=True))
        else:
            asked[name] = mine, other
    if asked:
        _predict(asked, captured, fresh, workspace, python, found, unheld)
    return found, unheld


def _models(run: Run, workspace: Workspace) -> tuple[dict[str, Json], str]:
    """Return the stored models of *run* by name, as the journal tells of them, and the interpreter that made them."""
    reading = read_journal(workspace.journals / str(run.session))
    closed = (one for one in reading.records if isinstance(one, RunClosed) and one.run == run.id)
    python = next((one.python for one in reading.records if isinstance(one, Session) and one.python), sys.executable)
    return {str(item["name"]): item for one in closed for item in one.models if item.get("blob")}, python


def _predict(
    asked: dict[str, tuple[Json, Json]],
    captured: Run,
    fresh: Run,
    workspace: Workspace,
    python: str,
    found: list[Comparison],
    unheld: list[str],
) -> None:
    order: Json = {
        "workspace": str(workspace.root),
        "snapshots": [str(item["id"]) for item in captured.snapshots if item.get("id")],
        "models": [
            {
                "name": name,
                "signature": mine.get("signature") or {},
                "files": [
                    {
                        "path": str(workspace.journals / str(run.session) / "blobs" / item["blob"]),
                        "sha256": item["blob"],
                    }
                    for run, item in ((captured, mine), (fresh, other))
                ],
            }
            for name, (mine, other) in asked.items()
        ],
    }
    answers = _ask(order, workspace, python, captured)
    for name in asked:
        answer = answers.get(name) or answers.get("") or {"reason": "no answer came"}
        if "reason" in answer:
            unheld.append(f"the model `{name}` could not be compared: {answer['reason']}")
        else:
            what = f"predictions of {name}" if name.isidentifier() else f"predictions of `{name}`"
            told = f"{answer['rows']:,} rows"
            other = told if answer["equal"] else answer["difference"]
            found.append(Comparison(what, told, other, bool(answer["equal"])))


def _ask(order: Json, workspace: Workspace, python: str, captured: Run) -> dict[str, Json]:
    """Let a process predict; what it answers for the name `` holds for every model."""
    folder = workspace.project
    if captured.notebook and (folder / captured.notebook).parent.is_dir():
        folder = (folder / captured.notebook).parent
    paths = [str(folder), str(workspace.project), os.environ.get("PYTHONPATH", "")]
    around = os.environ | {ENVIRONMENT: str(workspace.root), "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    try:
        done = subprocess.run(
            [python, "-m", _READER],
            input=json.dumps(order),
            capture_output=True,
            text=True,
            cwd=folder,
            env=around,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"": {"reason": f"predicting took more than {_PATIENCE / 60:.0f} minutes"}}
    except OSError as error:
        return {"": {"reason": f"no process could be started for it: {error.strerror}"}}
    try:
        answers: dict[str, Any] = json.loads(done.stdout.rpartition("\n\x1e")[2] or "{}")
    except ValueError:
        answers = {}
    if not answers:
        last = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "")
        return {"": {"reason": f"the process that was to predict ended with {done.returncode}: {last[:200]}"}}
    return answers
