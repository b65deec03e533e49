"""What a pipeline is called that nobody has named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbops.pipelines.name_of_pipeline import name_of_pipeline
from nbops.pipelines.notebook.notebooks import make_notebook, write_notebook
from nbops.recording.run import Run
from nbops.workspace import open_workspace

RUN = Run(id="1" * 32, name="LogisticRegression C=0.5 solver=lbfgs", notebook="flights.ipynb", experiment="flights",
          parameters={"C": 0.5, "solver": "lbfgs"}, cell="a1")  # fmt: skip


@pytest.fixture
def place(tmp_path):
    (tmp_path / "pyproject.toml").write_text("")
    return open_workspace(tmp_path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (RUN.name, "logisticregression"),
        ("C=0.5", "flights"),
        ("late flights", "late-flights"),
        ("LogisticRegression C=0.5 so…", "logisticregression"),
        ("try C=0.7", "try-c-0.7"),
    ],
)
def test_values_of_parameters_do_not_name_a_pipeline(place, name, expected):
    """What stays does: the model, the person's own words, else the notebook; only the run's own values count."""
    assert name_of_pipeline(replace(RUN, name=name), place) == expected


def test_another_cells_pipeline_is_not_overwritten(place):
    """The same model from another notebook gets its notebook's name; the run's own pipeline is written anew."""
    metadata = {"pipeline": "logisticregression", "run": RUN.id, "experiment": "flights"}
    path = place.project / "pipelines" / "logisticregression.ipynb"
    write_notebook(make_notebook([("code", "x = 1", [])], metadata, "python3"), path)
    assert name_of_pipeline(RUN, place) == "logisticregression"
    other = replace(RUN, id="2" * 32, notebook="trains.ipynb", experiment="trains")
    assert name_of_pipeline(other, place) == "logisticregression-trains"
    write_notebook(make_notebook([("code", "x = 1", [])], metadata | {"run": "3" * 32}, "python3"),
                   path.with_stem("logisticregression-trains"))  # fmt: skip
    assert name_of_pipeline(other, place) == "logisticregression-2"
