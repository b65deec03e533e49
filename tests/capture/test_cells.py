"""A tracked cell through a real shell: what is on disk, and what never happens to the user."""

from __future__ import annotations

import gc
import json
import pickle
import time
import warnings

import pytest

from nbops.capture.journal.records import FAILED, FINISHED, KILLED, RunOpened, Session

EXAMPLE = "C = 0.5\nmodel = LogisticRegression(C=C).fit(X_train, y_train)\naccuracy = model.score(X_test, y_test)"


def test_zero_arguments_capture_the_example(flowers):
    """Literals are parameters, numbers metrics, the fitted estimator the model, the frames read snapshots."""
    closed = flowers.track(EXAMPLE, cell_id="cell-7")
    opened = flowers.opened[-1]
    assert (closed.status, closed.parameters, closed.run) == (FINISHED, {"C": 0.5}, opened.run)
    assert closed.metrics == {"accuracy": flowers.shell.user_ns["accuracy"]}
    (model,) = closed.models
    assert (model["name"], model["class"].rpartition(".")[2]) == ("model", "LogisticRegression")
    assert model["signature"]["inputs"] == [["a", "float64"], ["b", "float64"]]
    assert model["signature"]["output"] == "int64"
    assert any(package.startswith("scikit-learn==") for package in model["packages"])
    roles = {item["name"]: (item["role"], item["rows"]) for item in closed.datasets}
    assert roles == {
        "X_train": ("train", 150),
        "y_train": ("train", 150),
        "X_test": ("test", 50),
        "y_test": ("test", 50),
    }
    assert [json.loads(flowers.blob(item["profile"])) is not None for item in closed.datasets if item["profile"]]
    assert "scikit-learn" in closed.environment["packages"]
    assert (opened.cell, opened.execution, opened.kind) == ("cell-7", 2, "cell")
    assert opened.source == "%%track\n" + EXAMPLE
    assert closed.suggested_name == "LogisticRegression C=0.5"


def test_the_model_blob_predicts_as_the_model_does(flowers):
    """What is stored is the fitted estimator itself."""
    closed = flowers.track(EXAMPLE)
    namespace = flowers.shell.user_ns
    stored = pickle.loads(flowers.blob(closed.models[0]["blob"]))
    assert (stored.predict(namespace["X_test"]) == namespace["model"].predict(namespace["X_test"])).all()


def test_snapshots_restore_the_frame_that_was_read(flowers):
    """A frame that the cell changes is recorded as it was before."""
    from nbops.snapshots.load import load

    before = flowers.shell.user_ns["X_train"].copy()
    flowers.run("frame = X_train.copy()")
    closed = flowers.track("frame['a'] = 0.0\ntotal = float(frame['b'].sum())")
    (dataset,) = closed.datasets
    assert dataset["name"] == "frame"
    assert load(dataset["snapshot"]).equals(before)


def test_the_run_is_on_disk_before_the_users_code(cells):
    """The cell itself can read its own opening record."""
    seen = []
    cells.shell.user_ns["look"] = lambda: seen.extend(type(record) for record in cells.records)
    cells.track("look()")
    assert Session in seen
    assert RunOpened in seen


def test_a_failing_cell_is_failed_and_still_fails(cells):
    """The exception reaches the user; what was computed before it is kept."""
    closed = cells.track("C = 2\nloss = C / 4\n1 / 0\nnever = 3.5", fails=True)
    assert closed.status == FAILED
    assert closed.error["ename"] == "ZeroDivisionError"
    assert b"ZeroDivisionError" in cells.blob(closed.error["traceback"])
    assert (closed.parameters, closed.metrics) == ({"C": 2}, {"loss": 0.5})
    assert cells.executions[-1].error["ename"] == "ZeroDivisionError"


def test_values_of_an_earlier_run_are_no_metrics_of_a_failing_one(cells):
    """A number that the failing cell did not come to compute is not recorded again."""
    cells.track("C = 3\nloss = C / 4")
    assert cells.track("C = 3\n1 / 0\nloss = C / 8", fails=True).metrics == {}


def test_an_interrupted_cell_is_killed_and_keeps_what_it_computed(cells):
    """KeyboardInterrupt ends the run as KILLED."""
    closed = cells.track("C = 1\nloss = C / 2\nraise KeyboardInterrupt", fails=True)
    assert (closed.status, closed.parameters, closed.metrics) == (KILLED, {"C": 1}, {"loss": 0.5})


@pytest.mark.parametrize(
    "first", ["%%track\n%%time", "%%time\n%%track", "%%capture\n%%track", "%%track\n%%capture out"]
)
def test_timing_and_capturing_stack_in_either_order(cells, first):
    """The cell under the wrapper is what is recorded."""
    cells.run(f"{first}\nalpha = 3\nbeta = alpha / 2")
    assert (cells.closed[-1].parameters, cells.closed[-1].metrics) == ({"alpha": 3}, {"beta": 1.5})
    assert cells.executions[-1].code == "alpha = 3\nbeta = alpha / 2\n"


def test_a_rerun_is_linked_and_equal(flowers):
    """Running the cell again is a new run that names the former one; an identical one has the same fingerprint."""
    first = flowers.track(EXAMPLE)
    again = flowers.track(EXAMPLE)
    other = flowers.track(EXAMPLE.replace("0.5", "2.5"))
    assert [record.rerun_of for record in flowers.opened] == [None, first.run, again.run]
    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert other.suggested_name == "LogisticRegression C=2.5"


def test_capture_draws_no_random_number(flowers):
    """The same draws come with and without tracking."""
    draw = "import random\nrandom.seed(1); np.random.seed(1)\nmodel = LogisticRegression().fit(X, y)"
    after = "[random.random(), float(np.random.rand()), float(_rng.random())]"
    flowers.run("_rng = np.random.default_rng(5)\n" + draw)
    plain = flowers.run(after).result
    flowers.run("_rng = np.random.default_rng(5)")
    flowers.track(draw)
    assert flowers.run(after).result == plain


def test_deleting_a_frame_frees_its_memory(flowers):
    """No reference outlives the cell."""
    import weakref

    flowers.run("big = pd.DataFrame({'v': np.arange(1000.0)})\nholder = [np.arange(500.0)]")
    reference = weakref.ref(flowers.shell.user_ns["big"])
    inner = weakref.ref(flowers.shell.user_ns["holder"][0])
    flowers.track("total = float(big['v'].sum()) + float(holder[0].sum())")
    flowers.run("del big, holder")
    gc.collect()
    assert (reference(), inner()) == (None, None)


def test_iterators_are_not_consumed_and_methods_not_called(cells):
    """Generators stay where they are; a user's `__eq__`, `__repr__`, `__len__` and `__iter__` never run."""
    cells.run(
        "class Touchy:\n"
        "    def _no(self, *a): raise AssertionError('called')\n"
        "    __eq__ = __repr__ = __len__ = __iter__ = __bool__ = __array__ = __hash__ = _no\n"
        "touchy = Touchy()\ngen = (i for i in range(3))\nit = iter([1, 2, 3])\nbox = [touchy, gen]\none = len(box) / 2"
    )
    closed = cells.track("a = (touchy, gen, it, box)\nscore = one / 4")
    assert closed.metrics == {"score": 0.25}
    assert (next(cells.shell.user_ns["gen"]), next(cells.shell.user_ns["it"])) == (0, 1)


def test_a_failure_of_ours_costs_one_warning(cells, monkeypatch):
    """Where the journal cannot be written the cell runs on, and the user hears it once."""
    from nbops.capture import boundary
    from nbops.capture.journal.journal import Journal
    from nbops.errors import JournalError

    def refuse(*_args, **_options):
        raise JournalError("the disk is full")

    monkeypatch.setattr(Journal, "append", refuse)
    boundary._said.clear()
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        cells.run("%%track\nkept = 1")
        cells.run("%%track\nkept = 2")
    assert cells.shell.user_ns["kept"] == 2
    said = [str(item.message) for item in heard if isinstance(item.message, boundary.NotRecorded)]
    assert [text for text in said if "on disk yet: the disk is full; it is kept in memory" in text] == said[:1]


def test_a_run_that_cannot_be_described_still_ends(cells, monkeypatch):
    """Where gathering fails the run has its true status, and says that something is missing."""
    from nbops.capture import boundary
    from nbops.capture.cells import finish_run as module

    def broken(*_args, **_options):
        raise RuntimeError("broken")

    monkeypatch.setattr(module, "gather_cell", broken)
    boundary._said.clear()
    with pytest.warns(boundary.NotRecorded, match="a run: RuntimeError: broken"):
        closed = cells.track("k = 1")
    assert closed.status == FINISHED
    assert "nbops failed while it recorded" in closed.warnings[0]


def test_only_imports_and_definitions_are_empty(cells):
    """Such a cell is recorded and marked."""
    assert cells.track("import json\ndef f(x):\n    return x").empty
    assert not cells.track("import json\nx = 1").empty


def test_explicit_names_are_exact(cells):
    """Flags name what is recorded; a name that is not there is told with near matches, and the run is recorded."""
    closed = cells.track(
        "alpha, beta = 1, 2\nn_good = 5\nloss = alpha / 4\nacc = 1 / 2",
        "%%track base --params alpha,gamma --metrics n_good,los",
    )
    assert (closed.parameters, closed.metrics, closed.status) == ({"alpha": 1}, {"n_good": 5}, FINISHED)
    assert cells.opened[-1].name == "base"
    assert any("'gamma' is not there" in warning for warning in closed.warnings)
    assert any("did you mean 'loss'" in warning for warning in closed.warnings)


def test_no_data_takes_no_snapshot(flowers):
    """`--no-data` and the setting both do."""
    assert flowers.track(EXAMPLE, "%%track --no-data").datasets == ()


def test_nothing_is_written_before_the_first_run(cells, project):
    """A kernel that tracks nothing leaves no trace; the executions before the first run are kept all the same."""
    cells.run("a = 1")
    assert not (project / ".nbops").exists()
    cells.track("b = 2")
    assert [item.defined for item in cells.executions[-2:]] == [("a",), ("b",)]


def test_a_workspace_that_cannot_be_written_falls_back(cells, project, monkeypatch, tmp_path):
    """The journal goes to the user's state directory, with a warning."""
    from nbops.capture import boundary
    from nbops.capture.runs.session import current_session

    (project / ".nbops").write_text("in the way")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with pytest.warns(boundary.NotRecorded, match="cannot be written"):
        cells.run("%%track\na = 1")
    assert current_session().workspace.root.is_relative_to(tmp_path / "state")
    assert cells.closed[-1].parameters == {"a": 1}


def test_executions_before_loading_are_unseen(bare_shell, project):
    """Their text comes from IPython's history, and their literals count as parameters of later cells."""
    from capture.conftest import Cells, empty
    from nbops import load_ipython_extension, unload_ipython_extension

    empty(bare_shell)
    bare_shell.run_cell("depth = 3", store_history=True)
    load_ipython_extension(bare_shell)
    try:
        cells = Cells(bare_shell)
        closed = cells.track("loss = 1 / depth")
        first = cells.executions[0]
        assert (first.observed, first.source, first.count) == (False, "depth = 3", 1)
        assert (closed.parameters, closed.origins) == ({"depth": 3}, {"depth": "from [1]"})
    finally:
        unload_ipython_extension(bare_shell)


def test_awaiting_cells_are_recorded(cells):
    """Top-level await works as ever."""
    closed = cells.track("import asyncio\nawait asyncio.sleep(0)\nrate = len('a') / 8")
    assert closed.metrics == {"rate": 0.125}


def test_blank_cells_and_syntax_errors_do_not_confuse_the_next_cell(cells):
    """Whatever comes before, the next tracked cell is recorded as itself."""
    cells.run("   ")
    cells.run("this is no python", fails=True)
    assert cells.track("x = 7").parameters == {"x": 7}


def test_duration_is_the_users_code(cells):
    """Seconds of the cell's own code."""
    closed = cells.track("import time\ntime.sleep(0.05)")
    assert 0.05 <= closed.duration < 0.5
    assert abs(closed.time - time.time()) < 60


@pytest.mark.parametrize("raised", ["SystemExit('no')", "ValueError('no')", "KeyboardInterrupt"])
def test_an_error_that_cannot_be_told_costs_only_its_message(cells, raised):
    """Where the `__str__` of the user's exception raises, name, traceback, files and status are there all the same."""
    source = (
        "import sys\nclass Mute(Exception):\n    def __str__(self):\n"
        "        if sys._getframe(1).f_globals['__name__'].startswith('nbops.'):\n"  # IPython fails on it otherwise
        f"            raise {raised}\n        return 'told'\n"
        "open('seen.txt', 'w').close()\nraise Mute"
    )
    cells.run(f"%%track\n{source}", fails=True)
    execution, closed = cells.executions[-1], cells.closed[-1]
    kind = raised.partition("(")[0]
    assert execution.error == {"ename": "Mute", "evalue": f"<no message: {kind}>"}
    assert (closed.status, closed.error["ename"], closed.error["evalue"]) == (FAILED, "Mute", execution.error["evalue"])
    assert execution.opened == ({"path": "seen.txt", "mode": "w"},)
    assert closed.warnings == ()


def test_a_failure_that_cannot_be_told_ends_in_the_boundary():
    """An error inside nbops whose own message raises does not reach the user's cell."""
    from nbops.capture import boundary

    class Mute(Exception):
        def __str__(self):
            raise SystemExit

    boundary._said.clear()
    with (
        pytest.warns(boundary.NotRecorded, match="a thing: Mute: <no message: SystemExit>"),
        boundary.unharmed("a thing"),
    ):
        raise Mute
