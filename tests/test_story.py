"""The whole promise in one notebook, in a real kernel: track → list → snapshot → promote → run → register → drift."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient

from nbops.recording.list_runs import list_runs
from nbops.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

CELLS = {
    "load": "%load_ext nbops",
    "imports": """import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split""",
    "frame": """rng = np.random.default_rng(0)
frame = pd.DataFrame({"hour": rng.integers(0, 24, 4000), "wind": rng.gamma(2.0, 5.0, 4000)})
frame["late"] = (frame.hour + frame.wind + rng.normal(0, 6, 4000) > 24).astype(int)""",
    "look": "frame.describe()",
    "split": """X_train, X_test, y_train, y_test = train_test_split(
    frame[["hour", "wind"]], frame["late"], random_state=0)""",
    "track": """%%track
C = 0.5
model = LogisticRegression(C=C).fit(X_train, y_train)
accuracy = model.score(X_test, y_test)""",
    "last": """import nbops
run = nbops.last_run()
run""",
    "runs": "%runs",
    "flush": "assert nbops.flush(120)",
    "pyfunc": """import mlflow
logged = nbops.get_run(run.id)
assert logged.mlflow_run_id
mlflow.set_tracking_uri("sqlite:///.nbops/mlflow.db")
served = mlflow.pyfunc.load_model(logged.models[0]["uri"])
assert (served.predict(X_test) == model.predict(X_test)).all()""",
    "snapshot": "kept = %snapshot frame --name flights\nassert nbops.load(kept.id).equals(frame)\nkept",
    "promote": "promotion = %promote last --to late.ipynb\nassert promotion.verified, promotion.verdict\npromotion",
    "pipeline": """weaker = nbops.run(promotion.notebook, {"C": 0.001})
assert weaker.status == "FINISHED"
weaker""",
    "register": "version = %register best:accuracy late-flights\nversion",
    "assign": "%assign late-flights 1 champion",
    "live": "%nbops live",
    "same": "assert not nbops.drift(frame.sample(2000, random_state=1), frame).drifted",
    "drift": "report = %drift 'frame.assign(wind=frame.wind * 3)' frame\nassert report.columns['wind'].drifted\nreport",
    "status": "%nbops",
    "failing": "%%track doomed\nC = 1\n1 / 0",
}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, mlflow_template: Path) -> dict[str, Any]:
    """The executed cells by name, and the project."""
    project = tmp_path_factory.mktemp("story")
    (project / "pyproject.toml").write_text("")
    (project / ".nbops").mkdir()
    shutil.copy(mlflow_template, project / ".nbops" / "mlflow.db")
    cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in CELLS.items()]
    cells[-1].metadata.tags = ["raises-exception"]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbformat.write(notebook, project / "story.ipynb")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("NBOPS_", "MLFLOW_TRACKING"))}
    client = NotebookClient(notebook, timeout=280, resources={"metadata": {"path": str(project)}})
    client.execute(env={**environment, "NBOPS_RECORDER_IDLE": "10", "JPY_SESSION_NAME": str(project / "story.ipynb")})
    return {cell.id: cell for cell in notebook.cells} | {"project": project}


def _shown(cell: Any, kind: str = "text/plain") -> str:
    parts = [
        output.get("text") or output.get("data", {}).get(kind, "") or "\n".join(output.get("traceback", ()))
        for output in cell.outputs
    ]
    return "\n".join("".join(part) for part in parts)


def test_the_tracked_cell_shows_one_card(story):
    """One line under the right cell: name, what was measured, what it was given."""
    (card,) = story["track"].outputs
    assert card.output_type == "display_data"
    assert re.match(r"nbops ✓ .*accuracy 0\.\d+.*LogisticRegression", card.data["text/plain"])
    assert "<details>" in card.data["text/html"]


def test_zero_arguments_record_everything(story):
    """C is a parameter, accuracy a metric, model the model; the frames that the cell read are snapshots."""
    run = next(run for run in list_runs(_workspace(story)) if run.kind == "cell" and run.status == "FINISHED")
    assert (run.parameters["C"], set(run.metrics)) == (0.5, {"accuracy"})
    assert [model["name"] for model in run.models] == ["model"]
    assert {entry["name"] for entry in run.snapshots} == {"X_train", "y_train", "X_test", "y_test"}
    assert all(entry["id"] for entry in run.snapshots)
    assert (run.notebook, run.count) == ("story.ipynb", story["track"].execution_count)
    assert "scikit-learn" in run.environment["packages"]


def test_runs_show_themselves(story):
    """`%runs` and a run are tables and cards, also where HTML is not shown."""
    assert "accuracy" in _shown(story["runs"])
    assert "<table" in _shown(story["runs"], "text/html")
    assert _shown(story["last"]).startswith("nbops ✓")


def test_promotion_is_verified_and_explains_itself(story):
    """The pipeline reproduces the run; looking at the frame is left out, with the reason."""
    assert "\nlate.ipynb: verified (accuracy" in _shown(story["promote"])
    html = _shown(story["promote"], "text/html")
    assert "frame.describe()" in html.partition("left out")[2]
    assert (story["project"] / "late.ipynb").is_file()


def test_the_pipeline_runs_with_other_parameters(story):
    """A pipeline's run is a run like any other, with the parameter that it was given."""
    run = next(
        run for run in list_runs(_workspace(story)) if run.kind == "pipeline" and run.parameters.get("C") == 0.001
    )
    assert run.status == "FINISHED"
    assert "accuracy" in run.metrics


def test_the_version_is_live(story):
    """`%register` makes a version, `%assign` points the alias at it, `%nbops live` says so."""
    assert _shown(story["register"]).startswith("late-flights v1")
    assert "champion" in _shown(story["assign"])
    assert re.search(r"late-flights\s+champion\s+v1", _shown(story["live"]))


def test_drift_names_both_sides(story):
    """`reference → current`, with rows, and the column that moved."""
    told = _shown(story["drift"])
    assert "→" in told
    assert "4,000 rows" in told
    assert re.search(r"✗\s+wind", told)
    assert "<table" in _shown(story["drift"], "text/html")


def test_status_is_one_glance(story):
    """`%nbops` says where runs go and what waits."""
    told = _shown(story["status"])
    assert "sqlite:///.nbops/mlflow.db" in told
    assert "last run" in told


def test_a_failing_cell_still_fails(story):
    """The error is the cell's own, once; the run is FAILED; the card follows the traceback."""
    kinds = [output.output_type for output in story["failing"].outputs]
    assert kinds == ["error", "display_data"]
    assert "nbops ✗ doomed · failed" in _shown(story["failing"])
    run = next(run for run in list_runs(_workspace(story)) if run.name == "doomed")
    assert (run.status, run.error["ename"]) == ("FAILED", "ZeroDivisionError")


def test_saved_outputs_name_no_machine(story):
    """What the notebook saves holds no absolute path."""
    for name in CELLS.keys() - {"failing"}:
        assert str(story["project"]) not in str(story[name].outputs), name


def _workspace(story: dict[str, Any]) -> Workspace:
    return Workspace(story["project"] / ".nbops")
