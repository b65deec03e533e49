"""Slices say why, say where knowledge ended, and refuse what cannot be sliced."""

# ruff: noqa: E501 # cells in one line
from __future__ import annotations

import gc
import time

import pytest

from nbops.capture.journal.records import Execution
from nbops.errors import ConfigError, SliceError
from nbops.slicing.effects import read_effects
from nbops.slicing.slice_executions import slice_executions


def log(*cells, **facts):
    """Executions of *cells*; a cell may be a pair of source and run-time facts."""
    made = []
    for index, cell in enumerate(cells, 1):
        source, seen = cell if isinstance(cell, tuple) else (cell, {})
        values = {"session": "s", "index": index, "count": index + 1, "source": source, "code": source}
        made.append(Execution(**(values | facts | seen)))
    return made


def kept(slice_):
    return [item.execution.index for item in slice_.kept]


def reasons(slice_, index):
    return next(item.reasons for item in slice_.kept if item.execution.index == index)


def test_reasons_name_the_reader_and_its_line():
    """A kept cell says what it did, who reads it and in which line; the target says that it is the target."""
    slice_ = slice_executions(log("df = 1", "tmp = 2", "x = 0\n\ny = df + x"), 3)
    assert reasons(slice_, 1) == ("kept: defines `df`, which [4] reads in line 3",)
    assert reasons(slice_, 3) == ("kept: it is the target",)
    assert [item.reason for item in slice_.dropped] == ["dropped: nothing kept reads `tmp`"]


def test_reasons_for_changes_seeds_and_files():
    """Changes in place, seeds and files have their own words."""
    slice_ = slice_executions(
        log(
            "df = make()",
            ("clean(df)", {"changed": ("df",)}),
            ("import numpy as np\nnp.random.seed(0)", {"drew": ("numpy",)}),
            ("save(df)", {"opened": ({"path": "data.csv", "mode": "w"},)}),
            (
                "x = np.random.rand()\ny = load(df)",
                {"drew": ("numpy",), "opened": ({"path": "data.csv", "mode": "r"},)},
            ),
        ),
        5,
    )
    assert "kept: changes `df` in place, which [5] reads in line 1" in reasons(slice_, 2)
    assert "kept: sets the seed of NumPy's random numbers in line 2, which [6] draws from in line 1" in reasons(
        slice_, 3
    )
    assert "kept: writes data.csv, which [6] reads" in reasons(slice_, 4)


def test_reasons_name_the_line_and_the_model_fitted_on_it():
    """A change says in which line it stands; data that a model is fitted on says on which."""
    cells = ["df = load()", ("a = 1\n\nclean(df)", {"changed": ("df",)}), "model = make()", "model.fit(df)"]
    slice_ = slice_executions(log(*cells), 4)
    assert reasons(slice_, 2) == ("kept: changes `df` in line 3, which [5] fits `model` on in line 1",)


def test_edges_hold_what_the_sentences_say():
    """For a view to lay out, each reason has its subject, its lines and its reader as values."""
    slice_ = slice_executions(log("n = 2", "def f(x):\n    return x * n", "n = 3", "y = 1\nz = f(y)"), 4)
    edge = next(item for item in slice_.kept if item.execution.index == 3).edges[0]
    assert (edge.subject, edge.verb, edge.line, edge.reader, edge.reader_line) == ("n", "defines", 1, 4, 2)
    assert edge.through == "f"
    assert edge.text == "kept: defines `n`, which [5] reads in line 2 through `f`"
    assert all(item.reasons == tuple(edge.text for edge in item.edges) for item in slice_.kept)
    wanted = slice_executions(log("a = 1", "b = a"), 2, ["b"]).kept[1].edges[0]
    assert (wanted.reader, wanted.text) == (None, "kept: defines `b`, which is wanted")


def test_line_is_that_of_the_source_as_typed():
    """Lines are counted in the cell as the user sees it, also where `%%track` was taken off."""
    cell = Execution(session="s", index=2, count=2, source="%%track\nb = a", code="b = a")
    slice_ = slice_executions([*log("a = 1"), cell], 2)
    assert reasons(slice_, 1) == ("kept: defines `a`, which [2] reads in line 2",)


def test_names_narrow_the_slice():
    """Asked for one name, only what that name needs is kept, and the target itself only if it is part of that."""
    executions = log("a = 1", "b = 2", "c = a + 1\nd = b", "print(d)")
    slice_ = slice_executions(executions, 4, ["c"])
    assert kept(slice_) == [1, 2, 3]
    assert reasons(slice_, 3) == ("kept: defines `c` in line 1, which is wanted",)
    assert kept(slice_executions(executions, 4, ["a"])) == [1]


def test_unknown_target_and_name_are_refused():
    """A target that never ran and a name that nothing binds are errors with a sentence."""
    with pytest.raises(SliceError, match="no execution has the index 9"):
        slice_executions(log("a = 1"), 9)
    with pytest.raises(SliceError, match="binds nope"):
        slice_executions(log("a = 1"), 1, ["nope"])


def test_missing_names_are_told():
    """A name that no recorded execution binds is listed, builtins and the shell's own are not."""
    slice_ = slice_executions(log("print(len(df), get_ipython())"), 1)
    assert slice_.missing == ("df",)


def test_failed_cell_that_bound_nothing_neither_counts_nor_stays():
    """A typo that raised does not hide the definition before it."""
    executions = log(
        "df = 1", ("df = read('tpyo.csv')", {"success": False, "error": {"ename": "FileNotFoundError"}}), "print(df)"
    )
    slice_ = slice_executions(executions, 3)
    assert kept(slice_) == [1, 3]
    assert slice_.dropped[0].reason == "dropped: it failed with FileNotFoundError and left nothing behind"


def test_failed_cell_that_bound_something_stays():
    """What a cell did before it failed counts."""
    executions = log(("df = 1\nraise ValueError", {"success": False, "defined": ("df",)}), "print(df)")
    slice_ = slice_executions(executions, 2)
    assert reasons(slice_, 1) == ("kept: defines `df` in line 1 before it failed, which [3] reads in line 1",)


def test_reruns_keep_the_last_and_say_so():
    """Of three runs of one cell only the one that is read stays."""
    slice_ = slice_executions(log("x = f0()", "x = f0()", "x = f0()", "print(x)"), 4)
    assert kept(slice_) == [3, 4]
    assert {item.reason for item in slice_.dropped} == {"dropped: it ran again as [4]"}


def test_hidden_reads_keep_everything_and_caution():
    """Code that is made up at run time may read anything; the slice says that it knows no better."""
    slice_ = slice_executions(log("a = 1", "b = 2", "text = input()", "exec(text)"), 4)
    assert kept(slice_) == [1, 2, 3, 4]
    assert slice_.cautions == ("exec() in [5] hides what it reads; everything before it is kept",)


def test_large_objects_count_as_changed_only_where_something_may_change_them():
    """`assumed` names that a cell only describes did not change; passed to an unknown function they may have."""
    executions = log(
        "df = load()",
        ("df.describe()", {"assumed": ("df",)}),
        ("normalise(df)", {"assumed": ("df",)}),
        "print(df)",
    )
    slice_ = slice_executions(executions, 4)
    assert kept(slice_) == [1, 3, 4]
    assert "(it is too large, or hides too much, to tell)" in " ".join(reasons(slice_, 3))


def test_draws_without_a_seed_are_not_chained():
    """Draws before the target matter only after a seed; without one nothing can reproduce them."""
    cells = [("a = np.random.rand()", {"drew": ("numpy",)}), ("b = np.random.rand()", {"drew": ("numpy",)})]
    assert kept(slice_executions(log("import numpy as np", *cells), 3)) == [1, 3]
    seeded = ("np.random.seed(1)", {"drew": ("numpy",)})
    assert kept(slice_executions(log("import numpy as np", seeded, *cells), 4)) == [1, 2, 3, 4]


def test_display_options_and_session_magics_are_dropped():
    """How things are shown, and the session's comfort, reproduce nothing."""
    executions = log(
        "import pandas as pd",
        ("pd.set_option('display.max_rows', 5)", {"settings": ("pandas.options",)}),
        "get_ipython().run_line_magic('matplotlib', 'inline')",
        "get_ipython().system('pip install x')",
        "x = pd.Series([1]).sum()",
    )
    assert kept(slice_executions(executions, 5)) == [1, 5]


def test_cells_say_what_they_are_for_where_they_reproduce_nothing():
    """Tracking, display, installing and comments are dropped as what they are, imports kept as what they may be."""
    code = {
        "%load_ext nbops": "get_ipython().run_line_magic('load_ext', 'nbops')",
        "%track note first": "get_ipython().run_line_magic('track', 'note first')",
        "%matplotlib inline": "get_ipython().run_line_magic('matplotlib', 'inline')",
        "!pip install x": "get_ipython().system('pip install x')",
    }
    cells = [
        *code,
        "import nbops",
        "nbops.promote('p')",
        "# only words",
        "import json, os",
        "import seaborn as sns",
        "1",
    ]
    slice_ = slice_executions(log(*((cell, {"code": code.get(cell, cell)}) for cell in cells)), len(cells))
    assert {item.execution.source: item.reason.removeprefix("dropped: ") for item in slice_.dropped} == {
        "%load_ext nbops": "it only concerns tracking",
        "%track note first": "it only concerns tracking",
        "%matplotlib inline": "it only sets how the session shows things",
        "!pip install x": "it only installs packages, which are there already",
        "import nbops": "it only concerns tracking",
        "nbops.promote('p')": "it only concerns tracking",
        "# only words": "it holds no code",
        "import json, os": "nothing kept reads `json`, `os`",
    }
    assert reasons(slice_, 9) == ("kept: imports `sns`, which nothing names; importing may itself change something",)


def test_a_project_adds_effects(tmp_path):
    """A project's own table tells about its own functions."""
    table = tmp_path / "nbops-effects.toml"
    table.write_text(
        '[resource.lab]\nsays = "the instrument"\nreaders = "named"\nsets = ["lab.calibrate"]\nreads = ["lab.measure"]\n'
    )
    executions = log("import lab", "lab.calibrate()", "lab.polish()", "x = lab.measure()")
    assert kept(slice_executions(executions, 4)) == [1, 4]
    slice_ = slice_executions(executions, 4, effects=read_effects(table))
    assert kept(slice_) == [1, 2, 4]
    assert reasons(slice_, 2) == ("kept: sets the instrument, which [5] reads in line 1",)


@pytest.mark.parametrize("text", ["[resource", "[nonsense]\na = 1", "[files]\nopens = []", "[objects]\nfresh = 'x'"])
def test_an_effects_table_with_mistakes_is_refused(tmp_path, text):
    """A table that is not TOML, or says what nobody understands, is an error, not silence."""
    table = tmp_path / "nbops-effects.toml"
    table.write_text(text)
    with pytest.raises(ConfigError, match=r"nbops-effects\.toml"):
        read_effects(table)


def test_time_grows_with_the_log_and_not_with_its_square():
    """Four times as many executions take about four times as long, also when none of their cells was ever read."""
    odd = "df['c{n}'] = df.a * {n}\nsub{n} = df[df.b == {n}].copy()\nfor k in xs:\n    t{n} = f(sub{n}, k)\nprint(t{n})"
    even = "def f(x, k={n}):\n    y = x + k\n    return np.mean(y) + g\ng = {n}\nm = fit(df, C={n})\nscore{n} = m.score(df)"
    cells = [(odd if n % 2 else even).format(n=n) for n in range(998)]
    executions = log("import numpy as np\ndf = load()", *cells, "print(t1)", defined=())
    short, long = [], []
    for salt in range(3):  # in turn, so that both meet the same machine
        short.append(_seconds(executions[:250], salt))
        long.append(_seconds(executions, -1 - salt))
    assert min(long) < 8 * min(short)


def _seconds(executions, salt):
    fresh = [Execution(**{**_fields(item), "code": f"{item.code}\n# {salt}"}) for item in executions]
    gc.collect()
    start = time.process_time()
    slice_executions(fresh, len(fresh))
    return time.process_time() - start


def _fields(item):
    return {name: getattr(item, name) for name in item.__slots__}


@pytest.mark.parametrize(
    ("command", "stays"),
    [("ls -la data", False), ("head -3 d.csv", False), ("git log -1", False), ("ls > list.txt", True), ("cat a | tee b", True),
     ("git pull", True), ("make data", True)],
)  # fmt: skip
def test_shell_commands_that_only_look_are_dropped(command, stays):
    """Whatever else a command may do is kept where a file is read later."""
    executions = log(f"get_ipython().system({command!r})", "rows = open('d.csv').read()")
    assert (1 in kept(slice_executions(executions, 2))) is stays
