"""Cells made fit for a pipeline."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import numpy as np
import pytest

from nbops.errors import ParameterError
from nbops.pipelines.notebook.rewrite import rewrite
from nbops.pipelines.parameters.check_parameters import check_parameters
from nbops.pipelines.parameters.codify import codify


def test_imports_are_hoisted_once():
    """Equal import lines appear once; code and comments stay where they were."""
    done = rewrite([(1, "import os\n# why\nx = 1"), (2, "import os\ny = x")], {})
    assert done.imports == ["import os"]
    assert done.cells == {1: "# why\nx = 1", 2: "y = x"}


def test_only_names_that_the_run_used_become_parameters():
    """Another literal stays code and is listed."""
    done = rewrite([(1, "C = 0.5\nrounds = 10\nfit(C, rounds)")], {"C": 0.5})
    assert done.parameters == {"C": 0.5}
    assert done.cells == {1: "rounds = 10\nfit(C, rounds)"}
    assert done.candidates == ["rounds = 10"]


@pytest.mark.parametrize(
    "code",
    ["C = 0.5\nC = C * 2", "C = 0.5\nfor C in range(3): pass", "C = 0.5\nC += 1", "if late: C = 0.5", "C, D = 0.5, 1"],
)
def test_a_name_that_is_bound_otherwise_too_stays_code(code):
    """Taking such an assignment out would change what the pipeline computes."""
    done = rewrite([(1, code)], {"C": 0.5})
    assert not done.parameters
    assert done.cells[1] == code


def test_the_same_literal_in_two_cells_is_one_parameter():
    """Both assignments go."""
    done = rewrite([(1, "C = 0.5\na(C)"), (2, "C = 0.5\nb(C)")], {"C": 0.5})
    assert done.cells == {1: "a(C)", 2: "b(C)"}


def test_words_of_ours_are_gone_and_others_stay():
    """Tracking lines go; another magic survives."""
    done = rewrite(
        [(1, "%load_ext nbops"), (2, "%%track name\nx = f()"), (3, "%matplotlib inline\n%cd out\nplot()")], {}
    )
    assert done.cells == {2: "x = f()", 3: "%cd out\nplot()"}


@pytest.mark.parametrize(
    "value",
    [None, True, 3, 0.1, "a'b\n", [1, "x"], (1,), {"a": [1.5]}, dt.date(2024, 2, 29), Path("a b"), math.inf, -0.0],
)
def test_values_survive_injection_exactly(value):
    """The text means the same value, of the same type."""
    again = eval(codify(value))
    assert again == value
    assert type(again) is type(value) or isinstance(value, Path)


def test_numpy_scalars_become_plain_numbers():
    """papermill would make text of them."""
    assert codify(np.int64(3)) == "3"
    assert codify(np.float32(0.5)) == "0.5"


def test_integers_fit_floats_but_text_does_not():
    """Types are exact where they matter, lenient where they cannot hurt."""
    schema = [{"name": "C", "type": "float", "default": 0.5}]
    assert check_parameters({"C": 1}, schema) == {"C": 1.0}
    with pytest.raises(ParameterError, match="has to be float"):
        check_parameters({"C": "1"}, schema)


def test_an_object_without_text_is_refused():
    """The type is named."""
    with pytest.raises(ParameterError, match="object"):
        codify(object())


def test_imports_that_depend_on_what_stands_before_them_stay():
    """After a cell sets the environment or where modules are looked for, imports are not moved before it."""
    done = rewrite([(1, "import os\nos.environ['A'] = '1'\nimport late"), (2, "import later")], {})
    assert done.imports == ["import os"]
    assert done.cells == {1: "os.environ['A'] = '1'\nimport late", 2: "import later"}


def test_a_name_that_is_imported_from_two_places_stays_where_it_is():
    """Hoisting both would give every cell the last one."""
    done = rewrite([(1, "from a import load\nx = load()"), (2, "from b import load\ny = load()")], {})
    assert not done.imports
    assert done.cells == {1: "from a import load\nx = load()", 2: "from b import load\ny = load()"}


def test_a_cell_that_failed_half_way_does_not_end_the_pipeline():
    """What it did before it failed is done again, text in it untouched, and the next cell runs."""
    done = rewrite([(1, 'xs = ["""a\nb"""]\nraise ValueError')], {}, {1: "ValueError"})
    space = {}
    exec(done.cells[1], space)
    assert space["xs"] == ["a\nb"]
    assert "it failed with ValueError" in done.cells[1]


@pytest.mark.parametrize("name", ["x; import os", "a b", "class", "", "1a"])
def test_a_name_that_is_none_never_becomes_code(name):
    """A parameter's name is written into a cell, so it has to be a name."""
    with pytest.raises(ParameterError, match="cannot be the name"):
        check_parameters({name: 1}, [{"name": name, "type": "int", "default": 1}])


def test_a_subclass_cannot_speak_for_its_value():
    """The text is made by the plain type."""

    class Loud(int):
        def __repr__(self):
            return "__import__('os').abort()"

    assert codify(Loud(3)) == "3"
