"""Runs that users start with plain MLflow in a tracked cell, in a real IPython shell."""

from __future__ import annotations

import mlflow
import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbops.recording.get_run import get_run
from nbops.recording.list_runs import list_runs
from nbops.recording.writing.context_provider import CellContext


@pytest.fixture
def shell(stored_workspace, monkeypatch):
    """A shell with nbops loaded, whose MLflow talks to the workspace's store."""
    monkeypatch.setenv("NBOPS_RECORDER", "off")
    mlflow.set_tracking_uri(stored_workspace.tracking_uri)
    mlflow.set_experiment("mine")
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "nbops")
    yield shell
    shell.run_line_magic("unload_ext", "nbops")
    InteractiveShell.clear_instance()
    mlflow.set_tracking_uri(None)


def _run(shell, cell):
    shell.run_cell(cell, store_history=True, cell_id="cell-7").raise_error()


def test_run_started_in_a_tracked_cell_is_the_run_of_the_cell(stored_workspace, shell, drain, client):
    """One MLflow run for one execution, with the user's values and ours, and his status."""
    _run(
        shell,
        "%%track\nimport mlflow\nC = 0.5\nwith mlflow.start_run(run_name='mine'):\n    mlflow.log_metric('auc', 0.9)\n",
    )
    drain()
    found = client.search_runs([item.experiment_id for item in client.search_experiments()])
    assert len(found) == 1
    tags = found[0].data.tags
    assert (tags["nbops.cell_id"], tags["nbops.kind"]) == ("cell-7", "cell")
    assert (found[0].data.params["C"], found[0].data.metrics["auc"]) == ("0.5", 0.9)
    assert (found[0].info.run_name, found[0].info.status) == ("mine", "FINISHED")
    known = get_run("last")
    assert (known.mlflow_run_id, known.experiment) == (found[0].info.run_id, "mine")
    from nbops.recording.pull import pull

    pull(stored_workspace)
    assert [run.id for run in list_runs(stored_workspace)] == [known.id]


def test_several_runs_of_a_cell_stay_beside_ours(shell, drain, client):
    """A loop of `start_run` makes runs of its own; the cell's run is one more."""
    _run(
        shell,
        "%%track\nimport mlflow\nfor C in (1, 2):\n    with mlflow.start_run():\n        mlflow.log_param('c', C)\n",
    )
    drain()
    found = client.search_runs([item.experiment_id for item in client.search_experiments()])
    assert sorted("nbops.kind" in run.data.tags for run in found) == [False, False, True]
    assert len({run.data.tags["nbops.run"] for run in found}) == 1


def test_run_of_an_untracked_cell_knows_its_cell(shell, client):
    """Plain MLflow and autolog get the identity too."""
    _run(shell, "import mlflow\nwith mlflow.start_run() as active:\n    pass\n")
    tags = client.get_run(shell.user_ns["active"].info.run_id).data.tags
    assert (tags["nbops.cell_id"], "nbops.run" in tags) == ("cell-7", False)


def test_without_a_kernel_there_is_no_context():
    """A script's runs carry nothing of ours, and nothing is loaded for them."""
    assert CellContext().in_context() is False
    assert CellContext().tags() == {}


def test_a_cell_inside_an_active_run_completes_it(shell, drain, client):
    """The run that the user started before the cell gets the cell's facts, output and artifacts; no other is made."""
    _run(shell, "import mlflow\nactive = mlflow.start_run(run_name='outer')")
    try:
        _run(shell, "%%track\nC = 0.5\nprint('inside')\nauc = C / 2\nmlflow.log_metric('own', 1.0)")
    finally:
        _run(shell, "mlflow.end_run()")
    drain()
    (found,) = client.search_runs([item.experiment_id for item in client.search_experiments()])
    assert found.info.run_id == shell.user_ns["active"].info.run_id
    assert (found.data.params["C"], found.data.metrics["auc"], found.data.metrics["own"]) == ("0.5", 0.25, 1.0)
    assert found.info.run_name == "outer"
    assert "nbops/output.txt" in {item.path for item in client.list_artifacts(found.info.run_id, "nbops")}


def test_plain_mlflow_runs_carry_the_whole_identity(shell, stored_workspace, client, monkeypatch):
    """Cell, count, session, notebook and the state of the repository."""
    import subprocess

    from nbops.capture.runs.session import current_session

    project = stored_workspace.project
    for words in (["init", "-q", "-b", "trunk"], ["add", "pyproject.toml"], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@t", *words], cwd=project, check=True)
    monkeypatch.setenv("JPY_SESSION_NAME", str(project / "fit.ipynb"))
    monkeypatch.setattr("nbops.capture.surroundings.git._FRESH", 0.0)
    _run(shell, "import mlflow\nwith mlflow.start_run() as active:\n    pass\n")
    tags = client.get_run(shell.user_ns["active"].info.run_id).data.tags
    assert (tags["nbops.cell_id"], tags["nbops.session"]) == ("cell-7", current_session().id)
    assert tags["nbops.execution_count"].isdigit()
    assert (tags["mlflow.source.name"], tags["mlflow.source.type"]) == ("fit.ipynb", "NOTEBOOK")
    assert len(tags["mlflow.source.git.commit"]) == 40
    assert (tags["mlflow.source.git.branch"], tags["mlflow.source.git.dirty"]) == ("trunk", "false")


def test_values_that_the_user_logs_himself_are_the_runs_too(stored_workspace, shell, drain, client):
    """Metrics and parameters of `mlflow.log_…` stand in the read model, also after a rebuild; the name is ours."""
    from nbops.recording.folding.read_model import ReadModel
    from nbops.recording.pull import pull

    _run(
        shell,
        "%%track named\nimport mlflow\nmlflow.log_metric('auc', .91)\nmlflow.log_param('feature_set', 'v2')\n"
        "mlflow.log_param('depth', 3)\nthr = .3\n",
    )
    _run(shell, "%%track second\nmlflow.log_metric('f1', .5)\nmlflow.log_param('late', 'yes')\n")
    _run(shell, "mlflow.end_run()")
    drain()
    (found,) = client.search_runs([item.experiment_id for item in client.search_experiments()])
    assert (found.info.run_name, found.data.params["thr"]) == ("named", "0.3")
    for _ in range(2):
        pull(stored_workspace)
        known, second = get_run("named"), get_run("second")
        assert known.metrics == {"auc": 0.91}
        assert known.parameters == {"feature_set": "v2", "depth": 3, "thr": 0.3} | known.parameters
        assert second.metrics == {"f1": 0.5}
        assert (second.parameters, known.drew) == ({"late": "yes"}, ())
        assert get_run("best:auc").id == known.id
        for path in stored_workspace.root.glob("runs.db*"):
            path.unlink()
        ReadModel(stored_workspace).fold()


def test_a_name_that_the_user_gave_wins(stored_workspace, shell, drain, client):
    """`start_run(run_name=…)` names the run on all screens."""
    cell = "import mlflow\nwith mlflow.start_run(run_name='theirs'):\n    mlflow.log_metric('a', 1)\n"
    _run(shell, f"%%track ours\n{cell}")
    drain()
    (found,) = client.search_runs([item.experiment_id for item in client.search_experiments()])
    assert (found.info.run_name, get_run("theirs").metrics) == ("theirs", {"a": 1.0})


def test_draws_of_the_cell_itself_are_told(shell, drain):
    """MLflow's draw for a name is not reported; the cell's own from the same generator is."""
    _run(shell, "%%track mixed\nimport mlflow, random\nx = random.random()\nwith mlflow.start_run():\n    pass\n")
    drain()
    assert [item["generator"] for item in get_run("mixed").drew] == ["random"]
