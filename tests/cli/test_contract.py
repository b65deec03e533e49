"""`nbops contract`: a page of YAML about data, checked with an exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pandera.pandas as pa
import pytest
import yaml

from trips import trips


@pytest.fixture
def files(stored_workspace):
    """Two batches of trips in the project, the second in cents and without fees."""
    frame = trips(1, 500)
    frame.to_csv("trips.csv", index=False)
    frame.assign(price=frame.price * 100).drop(columns="fee").to_csv("odd.csv", index=False)
    return stored_workspace


def test_infer_check_and_diff(files, nbops, told):
    """The file is written where it belongs, healthy data are code 0, broken ones 3, a second run says no change."""
    text = told("contract", "infer", "trips.csv", "--sensitive", "city")
    assert "city:       {type: category, missing: <= 5%, sensitive: true}" in text
    path = Path("contracts/trips.yaml")
    assert path.read_text() == text
    assert "data: trips.csv" in text
    assert told("contract", "check", "trips.csv").startswith("ok: trips.csv (500 rows) against trips v1")
    answer = told("contract", "check", "odd.csv", "--contract", "trips", code=3)
    assert "✗ column 'fee' is missing" in answer
    wire = told("contract", "check", "odd.csv", "--contract", str(path), "--json", code=3)
    assert (wire["ok"], wire["rows"], wire["violations"][0]["enforce"]) == (False, 500, "block")
    again = nbops("contract", "infer", "trips.csv")
    assert "stays at version 1: nothing has changed" in again.stderr
    wire = told("contract", "infer", "odd.csv", "--name", "trips", "--json")
    assert (wire["version"], wire["path"], "column 'fee' is gone" in wire["changes"]) == (
        2,
        "contracts/trips.yaml",
        True,
    )
    Path("former.yaml").write_text(text)
    assert "column 'fee' is gone" in told("contract", "diff", "former.yaml", "trips", code=3)
    assert told("contract", "diff", "trips", "trips", "--json") == {
        "before": 2, "after": 2, "changes": [], "same": True,
    }  # fmt: skip


def test_export_and_import(files, told):
    """To pandera and back, to the open standard, to a file or the screen."""
    told("contract", "infer", "trips.csv", "--to", "t.yaml")
    told("contract", "export", "t.yaml", "--format", "pandera", "--to", "pandera.yaml")
    assert "fee" in pa.DataFrameSchema.from_yaml(Path("pandera.yaml").read_text()).columns
    assert "DataFrameSchema(" in told("contract", "export", "t.yaml", "--format", "pandera-python")
    assert yaml.safe_load(told("contract", "export", "t.yaml", "--format", "odcs"))["kind"] == "DataContract"
    wire = told("contract", "import", "pandera.yaml", "--name", "back", "--json")
    assert wire["columns"]["fee"]["type"] == "number"
    assert told("contract", "check", "trips.csv", "--contract", "back").startswith("ok:")


def test_mistakes_are_sentences(files, nbops):
    """Code 1 with a hint, or 2 for words that are missing; never a traceback."""
    answer = nbops("contract", "check", "trips.csv", "--contract", "tripz")
    assert (answer.exit_code, answer.stderr.partition(":")[0]) == (1, "ContractError")
    answer = nbops("contract", "check", "trips.csv")
    assert answer.exit_code == 2
    assert "no contract of the project names trips.csv" in answer.stderr
    answer = nbops("contract", "infer", "none.csv")
    assert (answer.exit_code, "there is no file" in answer.stderr) == (1, True)
    Path("bad.yaml").write_text("contract: c\ncolumns: {x: {type: int}}")
    answer = nbops("contract", "check", "trips.csv", "--contract", "bad.yaml")
    assert "did you mean 'integer'?" in answer.stderr


def test_run_refuses_data_that_break_the_contract(files, nbops, told):
    """Code 3 and no run; with a reason they run, and the reason is on record."""
    import nbformat

    from nbops.pipelines.notebook.attached_contracts import attached_contracts
    from nbops.pipelines.notebook.notebooks import PARAMETERS, read_notebook

    parameters = "rows_path = 'trips.csv'"
    cells = [
        nbformat.v4.new_code_cell(parameters, metadata={"tags": [PARAMETERS]}),
        nbformat.v4.new_code_cell("lines = sum(1 for _ in open(rows_path))"),
    ]
    schema = [{"name": "rows_path", "type": "str", "default": "trips.csv", "kind": "data"}]
    told_by = {"parameters": schema, "parameters_cell": parameters, "pipeline": "count", "directory": "."}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = nbformat.v4.new_notebook(cells=cells, metadata={"nbops": told_by, "kernelspec": kernel})
    nbformat.write(made, "count.ipynb")
    told("contract", "infer", "trips.csv")
    said = told("contract", "attach", "count.ipynb", "rows_path", "trips")
    assert said == "rows_path of count.ipynb is held against trips v1\n"
    assert told("contract", "diff", "count.ipynb", "trips", "--json")["same"]
    answer = nbops("run", "count.ipynb", "-p", "rows_path", "odd.csv")
    assert answer.exit_code == 3, answer.output
    assert "ContractViolated: the data break contract trips v1: rows_path: column 'fee' is missing" in answer.stderr
    done = told("run", "count.ipynb", "-p", "rows_path", "odd.csv", "--ignore-contract", "a test", "--json")
    assert (done["status"], done["tags"]["nbops.contract.because"]) == ("FINISHED", "a test")
    told("contract", "attach", "count.ipynb", "rows_path", "--detach")
    assert attached_contracts(read_notebook(Path("count.ipynb"))) == {}
    assert json.loads(Path("count.ipynb").read_text())["metadata"]["nbops"]["pipeline"] == "count"
