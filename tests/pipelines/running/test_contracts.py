"""Data that break their contract start no kernel, unless told otherwise, on record."""

from __future__ import annotations

import pandas as pd
import pytest

from nbops.contracts.contract import contract
from nbops.errors import ContractError, ContractViolated, ParameterError, PipelineError
from nbops.pipelines.attach import attach
from nbops.pipelines.notebook.attached_contracts import attached_contracts, carry_contracts
from nbops.pipelines.notebook.notebooks import PARAMETERS, read_notebook
from nbops.pipelines.running.hold_contracts import hold_contracts
from nbops.pipelines.running.run import run
from nbops.recording.list_runs import list_runs

PARAMETER_CELL = "rows_path = 'data/rows.csv'\nfactor = 2"
SCHEMA = [
    {"name": "rows_path", "type": "str", "default": "data/rows.csv", "kind": "data"},
    {"name": "factor", "type": "int", "default": 2, "kind": "value"},
]


@pytest.fixture
def pipeline(ground, notebook):
    """A pipeline that sums a column of a file, the file, a contract of it, and a file that breaks it."""
    folder = ground.project / "data"
    folder.mkdir(exist_ok=True)
    frame = pd.DataFrame({"x": [n % 10 for n in range(2000)], "city": ["A", "B"] * 1000})
    frame.to_csv(folder / "rows.csv", index=False)
    frame.assign(x="many").to_csv(folder / "broken.csv", index=False)
    frame.iloc[:20].assign(city=["C", "C", *["A"] * 18]).to_csv(folder / "odd.csv", index=False)
    contract(folder / "rows.csv", workspace=ground).write(ground.project / "contracts" / "rows.yaml")
    told = {"parameters": SCHEMA, "parameters_cell": PARAMETER_CELL, "pipeline": "sums", "directory": "."}
    cell = "import csv\ntotal = factor * sum(float(row['x']) for row in csv.DictReader(open(rows_path)))"
    return notebook("sums.ipynb", (PARAMETER_CELL, [PARAMETERS]), cell, metadata={"nbops": told})


def pipeline_runs(ground):
    return len(list_runs(ground, kind="pipeline", hidden=True))


def test_broken_data_are_refused_before_a_kernel_starts_unless_told_otherwise(ground, pipeline):
    """ContractViolated names the column and leaves no run; with `warn` the run says what was let pass, and why."""
    attach(pipeline, "rows_path", "rows", workspace=ground)
    before = pipeline_runs(ground)
    with pytest.raises(
        ContractViolated, match=r"rows v1: rows_path: column 'x' .* not whole numbers in 2,000 of 2,000"
    ):
        run(pipeline, {"rows_path": "data/broken.csv"}, workspace=ground)
    assert pipeline_runs(ground) == before
    done = run(pipeline, {"rows_path": "data/odd.csv"}, workspace=ground)
    assert (done.status, done.metrics) == ("FINISHED", {"total": 180.0})
    assert done.tags["nbops.contract"] == "warn"
    assert done.tags["nbops.contract.held"] == "rows_path: rows v1"
    found = "'city' has 1 value that the contract does not know, in 2 of 20 (10%) rows"
    assert found in done.tags["nbops.contract.found"]
    (ground.project / "data" / "broken.csv").write_text("x,town\n" + "1,A\n" * 20)
    done = run(pipeline, {"rows_path": "data/broken.csv"}, workspace=ground, contract="warn", because="one-off")
    assert (done.tags["nbops.contract"], done.tags["nbops.contract.because"]) == ("ignored", "one-off")
    assert "column 'city' is missing" in done.tags["nbops.contract.found"]


def test_healthy_data_run_and_say_which_contract_held(ground, pipeline):
    """The state is `ok`, and a contract that was written anew meanwhile is named."""
    attach(pipeline, "rows_path", "rows", workspace=ground)
    tags = hold_contracts(read_notebook(pipeline), {}, ground, ground.project)
    assert tags == {"nbops.contract": "ok", "nbops.contract.held": "rows_path: rows v1"}
    path = ground.project / "contracts" / "rows.yaml"
    path.write_text(path.read_text().replace("version: 1", "version: 4"))
    tags = hold_contracts(read_notebook(pipeline), {}, ground, ground.project)
    assert tags["nbops.contract.found"] == "rows_path: rows is at version 4 now (nbops contract attach)"


def test_data_that_are_not_there_break_their_contract(ground, pipeline):
    """A missing file blocks; a file in a form that we cannot read is let pass, and the record says so."""
    attach(pipeline, "rows_path", "rows", workspace=ground)
    notebook = read_notebook(pipeline)
    with pytest.raises(ContractViolated, match="the data cannot be read: there is no file"):
        hold_contracts(notebook, {"rows_path": "data/none.csv"}, ground, ground.project)
    (ground.project / "data" / "rows.xlsx").write_bytes(b"PK")
    tags = hold_contracts(notebook, {"rows_path": "data/rows.xlsx"}, ground, ground.project)
    assert tags["nbops.contract"] == "warn"
    assert "neither CSV nor Parquet" in tags["nbops.contract.found"]


def test_a_pipeline_without_contracts_is_held_against_none(ground, pipeline):
    """No tags, whatever the data; a word that is neither block nor warn is refused."""
    assert hold_contracts(read_notebook(pipeline), {"rows_path": "data/none.csv"}, ground, ground.project) == {}
    with pytest.raises(PipelineError, match="contract is 'off'"):
        hold_contracts(read_notebook(pipeline), {}, ground, ground.project, contract="off")


def test_promotion_takes_along_the_contract_that_names_the_data(ground, pipeline):
    """By its `data:` as seen from the project; what the former pipeline carried comes along in its newest version."""
    notebook = read_notebook(pipeline)
    assert carry_contracts(notebook, None, ground) == ()
    assert {name: one.version for name, one in attached_contracts(notebook).items()} == {"rows_path": 1}
    former = read_notebook(pipeline)
    attach(pipeline, "rows_path", "rows", workspace=ground)
    former = read_notebook(pipeline)
    path = ground.project / "contracts" / "rows.yaml"
    path.write_text(path.read_text().replace("version: 1", "version: 7"))
    fresh = read_notebook(pipeline)
    del fresh.metadata["nbops"]["contracts"]
    assert carry_contracts(fresh, former, ground) == ()
    assert attached_contracts(fresh)["rows_path"].version == 7
    path.write_text("contract: rows\nnonsense: 1\n")
    (told,) = carry_contracts(read_notebook(pipeline), former, ground)
    assert "line 2: there is no key 'nonsense'" in told


def test_attaching_refuses_what_names_no_data(ground, pipeline, notebook):
    """An unknown parameter with its near match, a number, a notebook of somebody else; detaching leaves nothing."""
    with pytest.raises(ParameterError, match="no parameter 'row_path'") as caught:
        attach(pipeline, "row_path", "rows", workspace=ground)
    assert caught.value.hint == "did you mean 'rows_path'?"
    with pytest.raises(ParameterError, match="'factor' names no data"):
        attach(pipeline, "factor", "rows", workspace=ground)
    with pytest.raises(ContractError, match="no contract 'rowz'"):
        attach(pipeline, "rows_path", "rowz", workspace=ground)
    with pytest.raises(PipelineError, match="not a pipeline that nbops made"):
        attach(notebook("plain.ipynb", "x = 1"), "x", "rows", workspace=ground)
    attach(pipeline, "rows_path", "rows", workspace=ground)
    attach(pipeline, "rows_path", None, workspace=ground)
    assert "contracts" not in read_notebook(pipeline).metadata["nbops"]


def test_a_damaged_contract_in_a_notebook_is_a_sentence(ground, pipeline):
    """Never a traceback, and never a run that was not checked."""
    notebook = read_notebook(pipeline)
    for damage in ("text", {"rows_path": 1}, {"rows_path": {"yaml": "contract: [1"}}):
        notebook.metadata["nbops"]["contracts"] = damage
        with pytest.raises(ContractError):
            hold_contracts(notebook, {}, ground, ground.project)
