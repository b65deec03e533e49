"""Which cells are skipped: each part of a cell's key, and what forbids to skip."""

from __future__ import annotations

import sys

import pytest
from cells_apart import run_cells

from nbops.capture.checkpoints import packages_behind

PIPELINE = (
    "import pandas as pd",
    "C = 0.5\nrows = 3",
    "frame = pd.read_csv('data.csv')[:rows]",
    "scaled = frame.x * C",
    "#target\ntotal = float(scaled.sum())",
)


@pytest.fixture
def written(place):
    """The place, with a file that the pipeline reads."""
    (place.project / "data.csv").write_text("x\n1\n2\n3\n4\n")
    return place


def edited(**cells):
    """The pipeline, with other cells at some numbers."""
    return tuple(cells.get(f"c{number}", source) for number, source in enumerate(PIPELINE, 1))


def test_nothing_changed_nothing_runs(written):
    """The second run skips what is worth it, executes definitions and target, and gets the same."""
    first = run_cells(written, *PIPELINE, read=["total"])
    again = run_cells(written, *PIPELINE, read=["total"])
    assert (first.skipped, again.skipped) == ([], [3, 4])
    assert first.names == again.names == {"total": 3.0}
    assert "data.csv" in again.reasons[3]
    assert "definitions" in again.reasons[1]
    assert "target" in again.reasons[5]


def test_only_what_reads_a_parameter_runs_again(written):
    """Another C leaves the frame alone; the reason names the parameter."""
    run_cells(written, *PIPELINE)
    done = run_cells(written, *edited(c2="C = 2.0\nrows = 3"), read=["total"])
    assert done.skipped == [3]
    assert done.reasons[4] == "C changed"
    assert done.names["total"] == 12.0


def test_injected_parameters_shadow_defaults(written):
    """A default that is injected over counts as what was injected."""
    cells = [*PIPELINE[:2], "C = 0.5", *PIPELINE[2:]]
    run_cells(written, *cells)
    assert run_cells(written, *cells[:1], "C = 99\nrows = 3", *cells[2:]).skipped == [4, 5]
    assert run_cells(written, *cells[:2], "C = 0.7", *cells[3:]).skipped == [4]


def test_a_file_with_other_content_is_read_again(written):
    """The same size and time do not deceive: content counts."""
    import os

    run_cells(written, *PIPELINE)
    file = written.project / "data.csv"
    told = file.stat()
    file.write_text("x\n1\n2\n9\n4\n")
    os.utime(file, ns=(told.st_atime_ns, told.st_mtime_ns))
    done = run_cells(written, *PIPELINE, read=["total"])
    assert done.skipped == []
    assert done.reasons[3] == "data.csv changed"
    assert done.names["total"] == 6.0


def test_a_file_that_was_only_touched_is_not_read_again(written):
    """A new time alone means nothing."""
    import os

    run_cells(written, *PIPELINE)
    os.utime(written.project / "data.csv")
    assert run_cells(written, *PIPELINE).skipped == [3, 4]


def test_a_file_that_was_not_there_counts(place):
    """A cell that did without a file is executed when the file appears."""
    cells = (
        "n = 1",
        "try:\n    a = open('late.txt').read()\nexcept OSError:\n    a = str('none')",
        "#target\nb = a * 1",
    )
    run_cells(place, *cells)
    assert run_cells(place, *cells).skipped == [2]
    (place.project / "late.txt").write_text("here")
    done = run_cells(place, *cells, read=["b"])
    assert done.skipped == []
    assert done.reasons[2] == "late.txt changed"
    assert done.names["b"] == "here"


def test_changed_code_runs_again_with_what_depends_on_it(written):
    """An edited cell and its readers run, and the others do not."""
    run_cells(written, *PIPELINE)
    done = run_cells(written, *edited(c3="frame = pd.read_csv('data.csv')[1:rows]"), read=["total"])
    assert done.skipped == []
    assert "frame" in done.reasons[4]
    assert done.names["total"] == 2.5


def test_cells_put_in_between_change_nothing(written):
    """A key holds no position: cells that have nothing to do with each other may come and go."""
    run_cells(written, *PIPELINE)
    done = run_cells(written, *PIPELINE[:2], "other = [1, 2]", *PIPELINE[2:])
    assert done.skipped == [4, 5]


def test_another_version_of_a_used_package_counts(written, monkeypatch):
    """The reason says both versions; a package that the cell does not use does not count."""
    run_cells(written, *PIPELINE)
    version = packages_behind.metadata.version
    monkeypatch.setattr(packages_behind.metadata, "version", lambda name: "0.1" if name == "mlflow" else version(name))
    assert run_cells(written, *PIPELINE).skipped == [3, 4]
    monkeypatch.setattr(packages_behind.metadata, "version", lambda name: "0.1" if name == "numpy" else version(name))
    done = run_cells(written, *PIPELINE)
    assert done.skipped == []
    assert "numpy is 0.1, was" in done.reasons[3]


def test_a_module_of_the_project_counts(place, monkeypatch):
    """Editing a module beside the notebook makes its users run again."""
    monkeypatch.syspath_prepend(str(place.project))
    module = place.project / "own_module_of_a_test.py"
    cells = ("import own_module_of_a_test as own", "n = 3", "value = own.double(n)", "plain = str(n)", "#target\nvalue")
    for body, wanted in (("x * 2", []), ("x * 2", [3, 4]), ("x + x + 1", [])):
        module.write_text(f"def double(x):\n    return {body}\n")
        sys.modules.pop(module.stem, None)
        done = run_cells(place, *cells, read=["value"])
        assert done.skipped == wanted
    assert done.names["value"] == 7
    assert module.name in done.reasons[3]


def test_state_of_a_module_of_the_project_is_not_left_behind(place, monkeypatch):
    """A cell that changes what such a module holds is executed: a checkpoint holds names, not modules."""
    monkeypatch.syspath_prepend(str(place.project))
    module = place.project / "stateful_module_of_a_test.py"
    module.write_text("count = []\ndef add(x):\n    count.append(x)\n    return len(count)\n")
    cells = ("import stateful_module_of_a_test as own", "n = own.add(3)\nm = str(n)", "#target\nr = len(own.count)")
    for _ in range(2):
        sys.modules.pop(module.stem, None)
        done = run_cells(place, *cells, read=["r"])
        assert done.skipped == []
        assert done.names["r"] == 1
    assert "changes what the module stateful_module_of_a_test holds" in done.reasons[2]


def test_functions_of_the_notebook_count(place):
    """Another body of a function, or of one that it calls, makes its callers run again."""
    cells = ["def inner(x):\n    return x + 1", "def outer(x):\n    return inner(x) * 2", "a = outer(3)", "#target\na"]
    run_cells(place, *cells)
    assert run_cells(place, *cells).skipped == [3]
    done = run_cells(place, "def inner(x):\n    return x + 2", *cells[1:], read=["a"])
    assert done.skipped == []
    assert done.names["a"] == 10


def test_environment_variables_count(place, monkeypatch):
    """One that the code names counts; the rest of the environment does not."""
    cells = ("import os", "level = os.environ['LEVEL_OF_A_TEST'] * 2", "#target\nlevel")
    monkeypatch.setenv("LEVEL_OF_A_TEST", "a")
    run_cells(place, *cells)
    monkeypatch.setenv("OTHER_OF_A_TEST", "x")
    assert run_cells(place, *cells).skipped == [2]
    monkeypatch.setenv("LEVEL_OF_A_TEST", "b")
    done = run_cells(place, *cells, read=["level"])
    assert done.skipped == []
    assert "LEVEL_OF_A_TEST" in done.reasons[2]
    assert done.names["level"] == "bb"


def test_fresh_executes_everything(written):
    """`fresh` reads no checkpoint."""
    run_cells(written, *PIPELINE)
    assert run_cells(written, *PIPELINE, fresh=True).skipped == []


def test_fast_cells_are_executed_and_say_so(written):
    """Below the threshold nothing is kept; the reason says how long the cell takes."""
    for _ in range(2):
        done = run_cells(written, *PIPELINE, worth=30.0)
        assert done.skipped == []
        assert done.reasons[4].startswith("takes ")
    assert not (written.root / "checkpoints" / "entries").exists()


EFFECTS = {
    "writes out.txt": "open('out.txt', 'w').write('x')",
    "writes o2.txt": "from pathlib import Path\nPath('o2.txt').write_text('x')",
    "changes environ": "import os\nos.environ['SET_BY_A_TEST'] = '1'",
    "changes files or folders": "import os\nos.makedirs('made', exist_ok=True)\nos.rmdir('made')",
    "starts": "import subprocess\nsubprocess.run(['true'])",
    "uses the network": "import socket\ns = socket.socket()\ns.close()",
    "writes :memory:": "import sqlite3\nc = sqlite3.connect(':memory:')\nrows = list(c.execute('select 1'))\ndel c",
    "reads the clock": "import time\nnow = time.time()",
    "folders": "import os\nfound = sorted(os.listdir('.'))",
    "no seed": "import numpy as np\nvalues = np.random.default_rng().random(3)",
    "hides what it does": "code = 'made_up = 3'\nexec(code)",
    "changes the module json": "import json\njson.dumps = json.dumps",
    "runs %": "%who_ls",
    "reads environment variables": "import os\nfound = [name for name in os.environ if name == 'PATH']",
    "nobody can seed": "import uuid\nidentity = str(uuid.uuid4())",
    "thread": "import threading, time\nthreading.Thread(target=time.sleep, args=(3,), daemon=True).start()",
    "random numbers stand elsewhere": "import random\nvalue = random.random()",
}


@pytest.mark.parametrize("reason", EFFECTS)
def test_cells_that_do_something_outside_are_executed(place, reason):
    """What a cell does outside the namespace, or takes from there, is never skipped, and is named."""
    import random

    cells = ("x = 1", f"y = 2\n{EFFECTS[reason]}", "z = x + 1\nw = str(z)", "#target\nz")
    run_cells(place, *cells)
    random.seed()
    done = run_cells(place, *cells)
    assert 2 not in done.skipped
    assert 3 in done.skipped
    assert reason in done.reasons[2]


def test_what_a_function_does_counts_where_it_is_called(place):
    """Defining a function that writes is harmless; the cell that calls it is executed."""
    cells = ("def save(x):\n    open('o.txt', 'w').write(x)", "a = str(3)", "b = str(4)\nsave('x')", "#target\na")
    run_cells(place, *cells)
    assert run_cells(place, *cells).skipped == [2]


def test_results_of_the_clock_reach_whatever_reads_them(place):
    """What depends on a fickle value is executed, what depends on its neighbour is not."""
    cells = (
        "import time",
        "now = time.time()\nn = 4",
        "late = [now]\nlate.append(1)",
        "early = [n]\nearly.append(1)",
        "#target\nn",
    )
    run_cells(place, *cells)
    assert run_cells(place, *cells).skipped == [4]


def test_order_of_a_set_is_not_trusted(place):
    """What was made of the order of a set in a fast cell is compared by value; another order runs the readers again."""
    cells = ["order = ['a', 'b']", "pairs = dict(enumerate(order))\npairs[9] = len(order)", "#target\npairs"]
    run_cells(place, *cells)
    done = run_cells(place, "order = list(dict.fromkeys(['b', 'a']))", *cells[1:], read=["pairs"])
    assert done.skipped == []
    assert done.names["pairs"] == {0: "b", 1: "a", 9: 2}


def test_seeded_draws_are_skipped_and_leave_the_generators_as_they_were(place):
    """The next cell draws what it would have drawn."""
    cells = (
        "import random\nimport numpy as np",
        "np.random.seed(3)\nrandom.seed(4)",
        "a = np.random.rand(3).tolist() + [random.random(), random.gauss(0, 1)]",
        "#target\nb = [float(np.random.rand()), random.random(), random.gauss(0, 1)]",
    )
    first = run_cells(place, *cells, read=["a", "b"])
    again = run_cells(place, *cells, read=["a", "b"])
    assert 3 in again.skipped
    assert again.names == first.names
    other = run_cells(place, cells[0], "np.random.seed(5)\nrandom.seed(4)", *cells[2:], read=["a"])
    assert 3 not in other.skipped
    assert other.names["a"] != first.names["a"]


def test_a_draw_before_a_draw_counts(place):
    """A cell between seed and draw that draws moves the generator, and who draws after it runs again."""
    cells = ["import random", "random.seed(1)", "a = [random.random()]", "b = [random.random()]", "#target\nb"]
    first = run_cells(place, *cells, read=["b"])
    without = run_cells(place, *cells[:2], *cells[3:], read=["b"])
    assert without.skipped == [2]
    assert "random numbers stand elsewhere" in without.reasons[3]
    assert without.names != first.names


def test_a_generator_object_goes_on_where_it_was(place):
    """`default_rng(0)` is part of the state: skipped draws leave it moved on."""
    cells = (
        "import numpy as np",
        "rng = np.random.default_rng(0)",
        "a = rng.random(3)",
        "#target\nb = float(rng.random())",
    )
    first = run_cells(place, *cells, read=["b"])
    again = run_cells(place, *cells, read=["b"])
    assert again.skipped == [2, 3]
    assert again.names == first.names


def test_a_seed_of_nothing_is_no_seed(place):
    """`SEED = None` seeds from the machine's entropy, though it looks like a seed."""
    cells = ("import numpy as np", "SEED = None", "a = np.random.default_rng(SEED).random(2)", "#target\na")
    run_cells(place, *cells)
    assert run_cells(place, *cells).skipped == []


def test_a_figure_that_a_cell_shows_is_shown_again(written):
    """Outputs of a skipped cell are those of the run that it comes from, and the cell says so."""
    from nbformat.v4 import new_output

    cells = ("x = 3", "y = [x]\ny.append(2)", "#target\ny")
    import cells_apart

    original = cells_apart.Reuse.ran

    def with_output(self, cell, ask):
        cell.outputs = [new_output("stream", name="stdout", text="shown")]
        original(self, cell, ask)

    cells_apart.Reuse.ran = with_output
    try:
        first = run_cells(written, *cells)
    finally:
        cells_apart.Reuse.ran = original
    again = run_cells(written, *cells)
    cell = again.cells[1]
    assert [output.text for output in cell.outputs] == ["shown"]
    assert cell.metadata.nbops.skipped.reason.startswith("unchanged since run ")
    assert cell.execution_count == 2
    assert first.decisions[0].number == 1


def test_names_of_outputs_forbid_to_skip(place):
    """A notebook that uses `_` or `Out[n]` of other cells is executed whole; `_` as a throwaway name is not that."""
    plain = ("n = 3", "a = [n for _ in range(3)]\nb, _ = a[:2], 1", "#target\na")
    run_cells(place, *plain)
    assert run_cells(place, *plain).skipped == [2]
    uses = ("n = 3", "a = [n]\na.append(3)\na", "b = Out[2][0]", "#target\nb")
    run_cells(place, *uses)
    assert run_cells(place, *uses).skipped == []


def test_a_cell_that_failed_is_executed(place):
    """A failing cell leaves no checkpoint; those before it do."""
    cells = ["n = 3", "a = [n]\na.append(1)", "b = a[7]", "#target\nb"]
    assert run_cells(place, *cells).skipped == []
    done = run_cells(place, *cells[:2], "b = a[1]", cells[3], read=["b"])
    assert done.skipped == [2]
    assert done.names["b"] == 1


def test_code_is_compared_without_trailing_space(place):
    """Formatting at the end of lines is no change."""
    run_cells(place, "n = 3", "a = [n]\nb = str(a)", "#target\nb")
    assert run_cells(place, "n = 3", "a = [n]  \nb = str(a)\n\n", "#target\nb").skipped == [2]


def test_a_reason_names_the_file_behind_a_value(written):
    """Whoever reads what another cell has read is told which file changed, not which name; modules are not named."""
    cells = ("import pandas as pd", "frame = pd.read_csv('data.csv')", "pd.options.mode\nscaled = frame.x * 2",
             "#target\ntotal = float(scaled.sum())")  # fmt: skip
    first = run_cells(written, *cells)
    again = run_cells(written, *cells)
    assert (first.skipped, again.skipped) == ([], [2, 3])
    assert "pd" not in again.reasons[3]
    (written.project / "data.csv").write_text("x\n1\n2\n3\n40\n")
    done = run_cells(written, *cells, read=["total"])
    assert (done.reasons[2], done.reasons[3]) == ("data.csv changed", "data.csv changed, which frame came from")
    assert done.names["total"] == 92.0


def test_a_reason_names_the_code_behind_a_value(written):
    """Where a cell before was edited and gives another value, that is what is said."""
    cells = ("n = len('ab' * 2)", "wide = [n] * n", "#target\ntotal = sum(wide)")
    run_cells(written, *cells)
    done = run_cells(written, "n = len('abc' * 2)", *cells[1:])
    assert done.reasons[2] == "the code that makes n changed"
