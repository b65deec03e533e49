"""What a promoted notebook's parameters are, held against real kernels: types, ranges, data, secrets."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from end_recorder import end_recorder
from nbops.errors import ParameterError, PipelineFailed
from nbops.pipelines.notebook.schema_of import schema_of
from nbops.pipelines.parameters.secret import Secret
from nbops.pipelines.promote import promote
from nbops.pipelines.running.run import run
from nbops.recording.flush import flush
from nbops.recording.list_runs import list_runs
from nbops.workspace import ENVIRONMENT, open_workspace

VALUE, OTHER, TYPED = "zq7-first-hidden-value-41", "zq7-second-hidden-value-42", "zq7-typed-hidden-value-43"
FIT = (
    "%%track fit\n"
    "# how strong\n"
    "scale: float = {scale}  # 0..10\n"
    "kind = {kind!r}\n"
    "depth = None\n"
    "total = (sum(rows) * scale + len(api_key) + len(password)) * (2 if kind == 'double' else 1)"
)
CELLS = (
    ("load", "%load_ext nbops"),
    ("imports", "import nbops\nimport os\nimport json"),
    ("data", "path = 'numbers.json'\nlimit = 3\nwith open(path) as file:\n    rows = json.load(file)[:limit]\nrows"),
    ("key", "api_key = nbops.Secret('FIRST_KEY').value"),
    ("password", f"password = '{TYPED}'"),
    ("fit", FIT.format(scale=2.0, kind="double")),
    ("fit", FIT.format(scale=0.5, kind="single")),
)


@pytest.fixture(scope="module")
def project(tmp_path_factory, mlflow_template):
    """A notebook whose tracked cell was run with two scales, executed once in a real kernel."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "pyproject.toml").write_text("")
    (folder / "numbers.json").write_text("[1, 2, 3, 4]")
    (folder / "others.json").write_text("[10, 20]")
    workspace = open_workspace(folder)
    shutil.copy(mlflow_template, workspace.root / "mlflow.db")
    path = folder / "explore.ipynb"
    cells = [nbformat.v4.new_code_cell(source, id=f"{name}-{place}") for place, (name, source) in enumerate(CELLS)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    old = dict(os.environ)
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    os.environ.update(
        {ENVIRONMENT: str(workspace.root), "JPY_SESSION_NAME": str(path), "FIRST_KEY": VALUE, "OTHER_KEY": OTHER}
    )
    os.environ["PASSWORD"] = TYPED
    client = NotebookClient(notebook, timeout=200, resources={"metadata": {"path": str(folder)}})
    names = {f"{name}-{place}": name for place, (name, _) in enumerate(CELLS)}
    client.on_cell_execute = lambda cell, **_: client.kc.session.metadata.update(cellId=names[cell.id])
    try:
        client.execute()
        flush(120, workspace=workspace)
        yield workspace
    finally:
        os.environ.clear()
        os.environ.update(old)
        end_recorder(workspace)


@pytest.fixture(scope="module")
def pipeline(project):
    """The latest run, promoted."""
    latest = next(one for one in list_runs(project, kind="cell") if one.parameters.get("kind") == "single")
    return promote(latest.id, to=project.project / "typed.ipynb", workspace=project, progress=False)


def test_each_parameter_says_what_it_is(pipeline):
    """Types, declared ranges, what earlier runs were given, where data lies, and what is secret."""
    assert pipeline.verified, pipeline.verdict
    items = {item["name"]: item for item in pipeline.parameters}
    scale = items["scale"]
    assert (scale["type"], scale["default"], scale["minimum"], scale["maximum"]) == ("float", 0.5, 0, 10)
    assert scale["seen"] == {"runs": 2, "minimum": 0.5, "maximum": 2.0}
    assert items["kind"]["seen"]["choices"] == ["double", "single"]
    assert items["depth"] == {"name": "depth", "type": "any", "default": None, "nullable": True, "kind": "value"}
    assert items["path"]["kind"] == "data"
    assert (items["api_key"]["secret"], items["api_key"]["default"]) == (True, "secret:FIRST_KEY")
    assert "limit" not in items
    assert "limit = 3" in pipeline.candidates
    assert schema_of(pipeline.notebook)["properties"]["scale"]["maximum"] == 10


def test_a_literal_that_the_run_did_not_use_becomes_a_parameter_when_asked_for(project, pipeline):
    """Its name is given; a name that could be none is refused, with those that could."""
    named = promote(
        pipeline.run, to=project.project / "more.ipynb", parameters=["limit"], workspace=project, progress=False
    )
    assert {"name": "limit", "type": "int", "default": 3, "kind": "value"} in named.parameters
    with pytest.raises(ParameterError, match="'limits'") as refused:
        promote(pipeline.run, to=project.project / "x.ipynb", parameters=["limits"], workspace=project, progress=False)
    assert "limit" in refused.value.hint


def test_a_typed_secret_is_a_named_one_in_the_pipeline(pipeline):
    """The masked literal became a parameter, and the caution says which variable to set."""
    assert TYPED not in pipeline.notebook.read_text()
    assert {"name": "password", "secret": True}.items() <= next(
        item.items() for item in pipeline.parameters if item["name"] == "password"
    )
    assert any("environment variable PASSWORD" in caution for caution in pipeline.cautions)


def test_everything_wrong_is_told_before_a_kernel_starts(project, pipeline):
    """One sentence each, and no run appears."""
    before = len(list_runs(project, hidden=True))
    wrong = {"scale": 11, "kind": 3, "Depth": 1, "api_key": VALUE}
    with pytest.raises(ParameterError) as refused:
        run(pipeline.notebook, wrong, workspace=project)
    told = str(refused.value)
    assert all(part in told for part in ("from 0 to 10", "kind is 3", "'Depth'", "api_key is a secret"))
    assert VALUE not in told + refused.value.hint
    assert "depth" in refused.value.hint
    assert len(list_runs(project, hidden=True)) == before


def test_other_values_arrive_exactly(project, pipeline):
    """Another file, another scale, a value never seen before, another secret."""
    given = {"path": "others.json", "scale": 1, "kind": "never seen", "api_key": Secret("OTHER_KEY")}
    done = run(pipeline.notebook, given, workspace=project)
    assert done.metrics["total"] == 30 * 1.0 + len(OTHER) + len(TYPED)
    assert (done.parameters["scale"], done.parameters["api_key"]) == (1.0, "secret:OTHER_KEY")


def test_secrets_reach_nothing_that_is_kept(project, pipeline, monkeypatch):
    """A pipeline that fails with a secret in its message leaves no trace of it: journal, MLflow, read model, output."""
    leaky = nbformat.read(pipeline.notebook, as_version=4)
    leaky.cells.append(nbformat.v4.new_code_cell("print(api_key)\nraise ValueError(f'refused {api_key} {password}')"))
    path = project.project / "leaky.ipynb"
    nbformat.write(leaky, path)
    monkeypatch.setenv("FIRST_KEY", VALUE)
    output = project.project / "leaky-out.ipynb"
    with pytest.raises(PipelineFailed):
        run(path, {"api_key": "secret:OTHER_KEY"}, output=output, workspace=project)
    flush(120, workspace=project)
    ours = [file for file in project.root.rglob("*") if file.is_file()] + [pipeline.notebook, path]
    try:  # who runs pipelines keeps their outputs clean
        import nbops.pipelines.running.clean_notebook  # noqa: F401
    except ImportError:
        ours = [file for file in ours if not file.is_relative_to(project.outputs)]
    else:
        ours.append(output)
    for value in (VALUE, OTHER, TYPED):
        assert [file.name for file in ours if value.encode() in file.read_bytes()] == []


def test_p_reads_text_by_the_declared_type(project, pipeline):
    """`1e0` is a float, `007` stays text where text is wanted, `secret:X` names another secret."""
    command = [
        sys.executable,
        "-m",
        "nbops.cli",
        "run",
        str(pipeline.notebook),
        "-p",
        "scale",
        "1e0",
        "-p",
        "kind",
        "007",
    ]
    done = subprocess.run(
        [*command, "-p", "api_key", "secret:OTHER_KEY", "--json"],
        capture_output=True, text=True, cwd=project.project, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["params"]["kind"] == "007"
    assert told["metrics"]["total"] == 6 + len(OTHER) + len(TYPED)


@pytest.fixture(scope="module")
def without_nbops(tmp_path_factory):
    """Interpreter and environment where every package of this one is installed, except nbops."""
    packages = tmp_path_factory.mktemp("packages")
    for folder in map(Path, sys.path):
        for entry in folder.iterdir() if folder.name == "site-packages" else ():
            if "nbops" not in entry.name.lower() and not (packages / entry.name).exists() and entry.suffix != ".pth":
                (packages / entry.name).symlink_to(entry)
    python = getattr(sys, "_base_executable", sys.executable)
    environment = os.environ | {"PYTHONPATH": str(packages), "PYTHONNOUSERSITE": "1"}
    probe = subprocess.run(
        [python, "-c", "import nbops"], capture_output=True, env=environment, timeout=60, check=False
    )
    assert b"No module named 'nbops'" in probe.stderr
    return python, environment


def test_plain_papermill_runs_it_where_nbops_is_not_installed(project, pipeline, without_nbops, tmp_path):
    """A parameter by `-p`, secrets from the environment; without the variable the error says which one to set."""
    python, environment = without_nbops
    shown = nbformat.read(pipeline.notebook, as_version=4)
    shown.cells.append(nbformat.v4.new_code_cell("print('total', total)"))
    nbformat.write(shown, tmp_path / "in.ipynb")
    command = [python, "-m", "papermill", str(tmp_path / "in.ipynb"), str(tmp_path / "out.ipynb"), "-p", "scale", "0.3"]
    command += ["--cwd", str(project.project)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    last = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[-1]
    assert last.outputs[0].text.strip() == f"total {6 * 0.3 + len(VALUE) + len(TYPED)}"
    lacking = {name: value for name, value in environment.items() if name != "FIRST_KEY"}
    done = subprocess.run(command, capture_output=True, text=True, env=lacking, timeout=200, check=False)
    assert "set the environment variable FIRST_KEY" in done.stderr


def test_an_edited_parameters_cell_is_believed(project, pipeline):
    """A default, a choice and a new parameter that a person typed into the cell hold from then on."""
    edited = nbformat.read(pipeline.notebook, as_version=4)
    cell = next(cell for cell in edited.cells if "parameters" in cell.metadata.get("tags", []))
    cell.source = cell.source.replace(
        "kind: str = 'single'", "extra: int = 4  # 1..5\nkind: str = 'double'  # choices: single, double #"
    )
    path = project.project / "edited.ipynb"
    nbformat.write(edited, path)
    items = schema_of(path)["properties"]
    assert items["extra"] | {"description": ""} == {
        "type": "integer", "minimum": 1, "maximum": 5, "default": 4, "description": "",
    }  # fmt: skip
    assert items["kind"]["default"] == "double"
    with pytest.raises(ParameterError, match="extra is 9, but has to be from 1 to 5"):
        run(path, {"extra": 9}, workspace=project)
