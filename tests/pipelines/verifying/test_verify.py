"""Proving a pipeline again, and whether what was proven still holds."""

from __future__ import annotations

import json
import subprocess
import sys

import nbformat
import pytest
from click.testing import CliRunner

from nbops.cli import main
from nbops.errors import PipelineEdited, PipelineError
from nbops.pipelines.list_pipelines import list_pipelines
from nbops.pipelines.notebook.notebooks import is_edited
from nbops.pipelines.notebook.state_of import state_of
from nbops.pipelines.verifying.verify import verify
from nbops.recording.delete_run import delete_run, restore_run
from nbops.recording.get_run import get_run


@pytest.fixture
def pipeline(promoted, ground):
    """A verified pipeline, written anew for each test; the proof itself is run once."""
    path = ground.project / "kept.ipynb"
    if not _kept:
        promotion = promoted("priced", to=path, as_="kept")
        assert promotion.verified, promotion.verdict
        _kept[path] = path.read_bytes()
    path.write_bytes(_kept[path])
    return path


_kept: dict = {}


def edit(path, old, new):
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace(old, new)
    nbformat.write(notebook, path)


def test_the_verdict_is_kept_with_notebook_and_run(pipeline, ground):
    """What was compared, on which Python and packages; the promoted run's tags; and the list of pipelines."""
    told = json.loads(pipeline.read_text())["metadata"]["nbops"]["verification"]
    assert (told["verified"], told["how"]) == (True, "equal")
    assert {"what": "metric total", "captured": 714.0, "fresh": 714.0, "equal": True} in told["comparisons"]
    assert told["environment"]["python"] == sys.version.split()[0]
    assert "pandas" in told["environment"]["packages"]
    tags = get_run(told["run"], workspace=ground).tags
    assert tags["nbops.verdict"].startswith("verified: total 714 equal")
    assert tags["nbops.verified_as"] == "equal"
    listed = next(item for item in list_pipelines(ground) if item["name"] == "kept")
    assert (listed["state"], listed["reason"]) == ("verified", "total 714 equal, same data (df)")


def test_an_edit_makes_it_stale_and_a_new_proof_fresh(pipeline, ground):
    """An edit that changes nothing is verified again, and stays a person's file."""
    edit(pipeline, "df = pd", "# from accounting\ndf = pd")
    assert state_of(pipeline, ground)[:2] == ("stale", "it was edited since it was verified")
    again = verify("kept", workspace=ground)
    assert (again.verified, again.told) == (True, "total 714 equal, same data (df)")
    assert state_of(pipeline, ground).state == "verified"
    assert is_edited(pipeline)
    assert "# from accounting" in pipeline.read_text()


def test_an_edit_that_breaks_it_is_a_no(pipeline, ground):
    """The command says what differs and exits with 3; the verdict is kept."""
    edit(pipeline, "df['a'] * rate", "df['b'] * rate")
    done = CliRunner().invoke(main, ["verify", str(pipeline)])
    assert done.exit_code == 3, done.output
    assert "not verified: total 714 →" in done.output
    state, reason, _ = state_of(pipeline, ground)
    assert state == "unverified"
    assert reason.startswith("total 714 →")


def test_a_changed_source_is_no_reason(pipeline, ground, other_source):
    """A pipeline is there to be run on other data: it is not stale, and a new proof reads the snapshot."""
    other_source("sales.csv", "a,b,y\n1,2,0\n3,4,1\n")
    state = state_of(pipeline, ground)
    assert (state.state, state.note) == ("verified", "sales.csv has changed since the run")
    assert next(item["note"] for item in list_pipelines(ground) if item["name"] == "kept") == state.note
    told = verify(pipeline, workspace=ground).told
    assert "`df` was read from snapshot" in told
    assert told.startswith("total 714 equal")


def test_the_projects_own_modules_count(pipeline, ground):
    """A module that a cell imports, and one that this one imports: what they do is the pipeline's doing."""
    helpers, deeper = ground.project / "own_helpers.py", ground.project / "own_deeper.py"
    helpers.write_text("from own_deeper import RATE\n")
    deeper.write_text("RATE = 2.0\n")
    try:
        edit(pipeline, "df = pd", "import own_helpers\ndf = pd")
        assert verify(pipeline, workspace=ground)
        assert state_of(pipeline, ground).state == "verified"
        deeper.write_text("RATE = 3.0\n")
        assert state_of(pipeline, ground)[:2] == ("stale", "own_deeper.py has changed since")
        helpers.unlink()
        assert state_of(pipeline, ground).reason == "own_deeper.py has changed since; own_helpers.py is gone"
    finally:
        helpers.unlink(missing_ok=True)
        deeper.unlink()


@pytest.mark.parametrize(
    ("section", "name", "value", "told"),
    [
        ("kernelspec", "name", "elsewhere", "its kernel was python3 and is elsewhere"),
        ("nbops", "directory", "..", "its folder was . and is .."),
    ],
)
def test_where_and_how_it_runs_counts(pipeline, ground, section, name, value, told):
    """Cells alone do not say what they do: another kernel or another folder is another pipeline."""
    notebook = json.loads(pipeline.read_text())
    notebook["metadata"][section][name] = value
    pipeline.write_text(json.dumps(notebook))
    assert state_of(pipeline, ground)[:2] == ("stale", told)


def test_an_edited_load_cannot_be_pinned(pipeline, ground, other_source):
    """Somebody reads the data in another way, and the file has changed: no snapshot stands for it, and that is said."""
    edit(pipeline, "pd.read_csv('sales.csv')", "pd.read_csv('sales.csv', nrows=1000)")
    other_source("sales.csv", "a,b,y\n1,2,0\n3,4,1\n")
    found = verify(pipeline, workspace=ground)
    assert not found
    assert found.told.startswith(
        "sales.csv has changed since (total 714 → 8), and `df` could not be read from a snapshot: "
    )
    assert "stands alone nowhere in the notebook" in found.told
    assert found.told.count("sales.csv has changed since") == 1


def test_another_version_of_a_package_makes_it_stale(pipeline, ground, tmp_path, monkeypatch):
    """The package is named with both versions; one that the pipeline does not use does not matter."""
    for name in ("pandas", "click"):
        folder = tmp_path / f"{name}-99.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 99.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    state, reason, _ = state_of(pipeline, ground)
    was = json.loads(pipeline.read_text())["metadata"]["nbops"]["verification"]["environment"]["packages"]["pandas"]
    assert (state, reason) == ("stale", f"pandas was {was} and is 99.0")


def test_another_python_makes_it_stale(pipeline, ground):
    """Both versions are named."""
    notebook = json.loads(pipeline.read_text())
    notebook["metadata"]["nbops"]["verification"]["environment"]["python"] = "3.4.0"
    pipeline.write_text(json.dumps(notebook))
    assert state_of(pipeline, ground)[:2] == ("stale", f"Python was 3.4.0 and is {sys.version.split()[0]}")


def test_asking_for_the_state_imports_nothing_heavy(pipeline, ground):
    """Lists and screens ask for it: no MLflow, no papermill, no pandas, not even nbformat."""
    code = (
        "import sys; from pathlib import Path; from nbops.workspace import Workspace\n"
        "from nbops.pipelines.notebook.state_of import state_of\n"
        "from nbops.pipelines.list_pipelines import list_pipelines\n"
        f"place = Workspace(Path({str(ground.root)!r})); list_pipelines(place)\n"
        f"print(state_of(Path({str(pipeline)!r}), place).state)\n"
        "print(*sorted({'mlflow', 'papermill', 'pandas', 'numpy', 'nbformat', 'sklearn'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.splitlines() == ["verified", ""]


def test_what_was_never_proven_is_unverified(ground, tmp_path):
    """A notebook of somebody's own, and a file that is none."""
    path = tmp_path / "own.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]), path)
    assert state_of(path, ground)[:2] == ("unverified", "no verdict is kept in it")
    path.write_text("no json")
    assert state_of(path, ground).state == "unverified"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]), path)
    with pytest.raises(PipelineError, match="own does not say which run it was promoted from"):
        verify(path, workspace=ground)


def test_a_deleted_run_leaves_nothing_to_compare_with(pipeline, ground):
    """The sentence names the run, the hint brings it back."""
    run = json.loads(pipeline.read_text())["metadata"]["nbops"]["run"]
    delete_run(run, workspace=ground)
    try:
        with pytest.raises(
            PipelineError, match=f"the run {run[:8]} that kept was promoted from was deleted"
        ) as refused:
            verify(pipeline, workspace=ground)
    finally:
        restore_run(run, workspace=ground)
    assert f"nbops runs restore {run[:8]}" in refused.value.hint


def test_a_file_edited_meanwhile_keeps_its_edit(pipeline, ground, monkeypatch):
    """Somebody saved while the kernel ran: their file stays, no verdict is put on what was not run."""
    from nbops.pipelines.verifying import trial

    real = trial.rerun

    def rerun(*given, **options):
        edit(pipeline, "df = pd", "# meanwhile\ndf = pd")
        return real(*given, **options)

    monkeypatch.setattr(trial, "rerun", rerun)
    with pytest.raises(PipelineEdited, match=r"kept\.ipynb was edited while it was verified"):
        verify(pipeline, workspace=ground)
    assert "# meanwhile" in pipeline.read_text()


def test_a_missing_secret_is_named(pipeline, ground, monkeypatch):
    """A cell that fails for want of a secret: the sentence says which variable to set."""
    monkeypatch.delenv("LEDGER_TOKEN", raising=False)
    notebook = nbformat.read(pipeline, as_version=4)
    notebook.metadata.nbops.parameters.append(
        {"name": "LEDGER_TOKEN", "type": "str", "default": "secret:LEDGER_TOKEN", "secret": True}
    )
    notebook.cells[-1].source = "import os\nos.environ['LEDGER_TOKEN']\n" + notebook.cells[-1].source
    nbformat.write(notebook, pipeline)
    found = verify(pipeline, workspace=ground)
    assert not found
    assert "raised KeyError" in found.told
    assert str(ground.project) not in pipeline.read_text()
    assert "set the environment variable LEDGER_TOKEN, which held a secret" in found.told
