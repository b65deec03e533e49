"""Which statements a snapshot can stand for, judged from the log."""

from __future__ import annotations

import json

import pytest

from nbops.capture.journal.records import Execution
from nbops.pipelines.notebook.notebooks import make_notebook
from nbops.pipelines.verifying.apply_pins import apply_pins
from nbops.pipelines.verifying.fit_plan import fit_plan
from nbops.pipelines.verifying.pin import Pin, PinPlan, Refusal, plan_from
from nbops.pipelines.verifying.plan_pins import plan_pins
from nbops.recording.run import Run

DATA = {"path": "d.csv", "mode": "r", "bytes": 1, "changed": 1, "sha256": "x"}
TARGET = "score = use(df)"


@pytest.fixture
def planned(stored_workspace, monkeypatch):
    """Plan the pins of cells `source` or `(source, facts)`, the last being the target, with snapshots of *names*."""
    monkeypatch.setattr("nbops.pipelines.verifying.plan_pins.describe", lambda *_, **__: None)

    def call(*cells, names=("df",)):
        kept = []
        for place, cell in enumerate(cells, 1):
            source, facts = (cell, {}) if isinstance(cell, str) else cell
            kept.append(Execution(session="s", index=place, count=place, source=source, code=source, **facts))
        snapshots = tuple({"name": name, "id": name * 20} for name in names)
        run = Run(id="0" * 32, execution=len(cells), snapshots=snapshots)
        return plan_pins(run, kept, stored_workspace)

    return call


def texts(plan):
    return [pin.texts for pin in plan.pins]


def why(plan):
    return {one.name: one.why for one in plan.refusals}


def test_the_statement_that_loads_is_pinned(planned):
    """With the file that it names; what the pipeline writes itself is no source."""
    made = {"path": "made.csv", "mode": "w"}
    plan = planned(
        ("open('made.csv', 'w').write('')", {"opened": (made,)}),
        ("%time\ndf = read('d.csv')", {"opened": (DATA, made | {"mode": "r"})}),
        TARGET,
    )
    assert texts(plan) == [("df = read('d.csv')",)]
    assert [file["path"] for file in plan.pins[0].files] == ["d.csv"]
    assert [file["path"] for file in plan.files] == ["d.csv"]


@pytest.mark.parametrize(
    ("steps", "chain"),
    [
        (["df['c'] = df['a'] * k"], 2),
        (["df = df.dropna()", "df.sort_values('a', inplace=True)"], 3),
        (["df.head()", "df.loc[0, 'a'] = 1"], 3),
        (["df += 1"], 2),
    ],
)
def test_what_changes_the_data_is_replaced_with_it(planned, steps, chain):
    """Rebinding, items, in-place methods, and what only looks in between."""
    plan = planned("k = 2", "df = read('d.csv')", *steps, TARGET)
    assert [len(found) for found in texts(plan)] == [chain]
    assert not plan.refusals


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (
            ["df = read()", "n = len(df)", "df['c'] = 1"],
            "more than one statement makes it, and one of them in [2] reads it",
        ),
        (["df = read()", "seen.append(df)", "df['c'] = 1"], None),
        (["seen = make()", "df = read()", "seen.append(df)", "df['c'] = 1"], "[3] gives it to others"),
        (["df = read()", "for c in 'ab':\n    df[c] = 1"], "[2] does more than that"),
        (["with f() as df:\n    pass"], "what binds it in [1] does more than to assign to names"),
        ([("%%sql df\nselect 1", {"defined": ("df",)})], "[1], which binds it, is not plain Python"),
        (["df, other = read()"], "its statement also binds `other`, of which there is no snapshot to read"),
        (["import x"], "no statement of the pipeline binds it by name"),
        (["df = read()", ("touch_all()", {"changed": ("df",)})], "[2] changes it after it was loaded"),
    ],
)
def test_where_a_snapshot_cannot_stand_the_reason_is_said(planned, cells, reason):
    """Never a guess: something else depends on it, or nobody knows how it came about."""
    plan = planned(*cells, TARGET)
    if reason is None:
        assert len(plan.pins) == 1
    else:
        assert not plan.pins
        assert reason in why(plan)["df"]


def test_the_nearest_to_the_source_is_pinned(planned):
    """What is made of pinned data alone is made again; with another source in it, it is pinned too."""
    cells = ("df = read()", "X = df[['a']]", "y = df['y']", "score = fit(X, y)")
    assert texts(planned(*cells, names=("df", "X", "y"))) == [("df = read()",)]
    assert texts(planned(*cells, names=("X", "y"))) == [("X = df[['a']]",), ("y = df['y']",)]
    both = ("df = read()", "more = fetch()", "X = df.join(more)", "score = fit(X)")
    assert texts(planned(*both, names=("df", "X"))) == [("df = read()",), ("X = df.join(more)",)]


def test_names_bound_together_are_pinned_together(planned):
    """One statement, a load for each of its names."""
    plan = planned("X, y = read()", "score = fit(X, y)", names=("X", "y"))
    assert [(pin.texts, list(pin.snapshots)) for pin in plan.pins] == [(("X, y = read()",), ["X", "y"])]


def test_a_dataset_by_reference_cannot_stand(planned, stored_workspace):
    """There is nothing to load; the reason goes on."""
    run = Run(
        id="0" * 32, execution=2, snapshots=({"name": "df", "id": None, "by_reference": True, "reason": "too large"},)
    )
    kept = [Execution(session="s", index=1, source="df = read()"), Execution(session="s", index=2, source=TARGET)]
    found = why(plan_pins(run, kept, stored_workspace))
    assert found == {"df": "it is by reference (too large), so that there is no snapshot of it"}


def test_the_copy_loads_and_drops_what_nobody_reads_any_more(planned):
    """The import stands with the others, an emptied cell goes, magics and all else stay; the original is untouched."""
    sources = [
        "import pandas as pd",
        "raw = pd.read_csv('d.csv')",
        "%matplotlib inline\nX = raw[['a']]  # both\nk = 1",
        "fit(X, k)",
    ]
    plan = planned(*sources, names=("X",))
    notebook = make_notebook([("code", source, []) for source in sources], {}, "python3")
    copy = apply_pins(notebook, plan.pins)
    load = "# snapshot XXXXXXXXXXXX instead of: X = raw[['a']]  # both\nX = nbops.load(\"XXXXXXXXXXXXXXXXXXXX\")"
    assert [cell.source for cell in copy.cells] == [
        "import pandas as pd\nimport nbops",
        f"%matplotlib inline\n{load}\nk = 1",
        "fit(X, k)",
    ]
    assert [cell.source for cell in notebook.cells] == sources


def test_a_statement_that_is_there_twice_or_not_at_all_is_refused(planned):
    """An edited notebook: the pin is given up with the reason, the plan survives JSON."""
    plan = planned("df = read()", TARGET)
    for cells, told in (
        (["df = read()", "df = read()"], "more than once"),
        (["df = read(); x = 1"], "stands alone nowhere"),
    ):
        notebook = make_notebook([("code", source, []) for source in cells], {}, "python3")
        fitted = fit_plan(plan, notebook)
        assert not fitted.pins
        assert told in why(fitted)["df"]
        assert plan_from(fitted.to_json()) == fitted
    assert plan_from(plan.to_json()) == plan


def test_a_statement_is_found_in_another_layout_and_with_parameters(planned):
    """Formatted by the project's formatter, its file name a parameter now; the parameters' cell stays."""
    plan = planned("src = 'd.csv'", "df = read('d.csv',  sep = \";\")", TARGET)
    metadata = {"parameters": [{"name": "d_csv", "default": "d.csv"}]}
    cells = [
        ("code", 'd_csv = "d.csv"', ["parameters"]),
        ("code", 'df = read(d_csv, sep=";")', []),
        ("code", TARGET, []),
    ]
    notebook = make_notebook(cells, metadata, "python3")
    fitted = fit_plan(plan, notebook)
    assert fitted.pins == plan.pins
    copy = [cell.source for cell in apply_pins(notebook, fitted.pins).cells]
    assert copy[0] == 'd_csv = "d.csv"'
    assert copy[1].endswith(f'df = nbops.load("{"df" * 20}")')
    other = make_notebook([cells[0], ("code", 'df = read(elsewhere, sep=";")', [])], metadata, "python3")
    assert not fit_plan(plan, other).pins


def test_what_a_pattern_binds_counts(planned):
    """A `match` that binds the dataset's name anew comes after its loading, which alone cannot stand for it."""
    plan = planned(("df = read('d.csv')", {"opened": (DATA,)}), "match df:\n    case [df, *_]:\n        pass", TARGET)
    assert texts(plan) != [("df = read('d.csv')",)]


def test_a_file_is_told_once_however_many_variables_come_from_it():
    """Its hash stands in the notebook once; what is read back is what was written, from former releases too."""
    files = ({"path": "d.csv", "bytes": 1, "changed": 2, "sha256": "5ha"},)
    refusals = tuple(Refusal(name, "it is drawn from", files) for name in ("a", "b", "c"))
    plan = PinPlan((Pin(("df = read()",), {"df": "1" * 20}, files),), refusals, files)
    told = plan.to_json()
    assert json.dumps(told).count("5ha") == 1
    assert [item["names"] for item in told["refusals"]] == [["a", "b", "c"]]
    assert plan_from(json.loads(json.dumps(told))) == plan
    former = {"refusals": [{"name": "a", "why": "it is drawn from", "files": list(files)}], "files": list(files)}
    assert plan_from(former) == PinPlan((), refusals[:1], files)
