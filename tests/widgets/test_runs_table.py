"""Runs as a table, and one run."""

from __future__ import annotations

from nouns import EVIL, make_run

from nbops.recording.fold_reruns import fold_reruns
from nbops.widgets.lists import Runs
from nbops.widgets.run_view import run_view
from nbops.widgets.runs_table import runs_table


def test_reruns_of_a_cell_are_one_row():
    """Thirty executions are one row that shows the latest; failures are counted inside."""
    runs = [make_run(number, status="FAILED" if number == 7 else "FINISHED") for number in range(1, 31)]
    told = runs_table(runs)
    head, _, row = told.text.splitlines()
    assert head == "30 runs, 1 row after folding re-runs"
    assert "×30 (1 failed)" in row
    assert "Ridge alpha=30" in row
    assert told.html.count("<details>") == 1
    assert told.html.count("<tr>") == 2


def test_cells_and_blocks_are_told_apart():
    """Runs of blocks and pipelines never hide behind the cell that they ran in."""
    runs = [make_run(1), make_run(2, cell="b"), make_run(3, kind="block"), make_run(4, kind="block")]
    assert [[run.id[:1] for run in kept] for kept in fold_reruns(runs)] == [["4"], ["3"], ["2"], ["1"]]


def test_without_a_cell_id_reruns_are_followed():
    """Plain IPython tells no cell id; `rerun_of` leads back to the first."""
    first = make_run(1, cell=None)
    second = make_run(2, cell=None, rerun_of=first.id)
    third = make_run(3, cell=None, rerun_of=second.id)
    assert [len(kept) for kept in fold_reruns([first, third, second, make_run(4, cell=None)])] == [1, 3]


def test_only_what_varies_has_a_column():
    """A parameter that is the same everywhere says nothing; metrics always do."""
    runs = [make_run(1, cell="a"), make_run(2, cell="b"), make_run(3, cell="c", parameters={})]
    heads = runs_table(runs).text.splitlines()[1].split()
    assert heads == ["run", "name", "mae", "alpha", "started"]
    assert "solver" in runs_table(runs[:1]).text


def test_marks_and_limits_are_shown():
    """Stars, notes, deletion and how many more there are."""
    told = runs_table([make_run(1, starred=True, note="for the meeting", deleted=True)], total=12)
    assert told.text.startswith("the latest 1 of 12 runs")
    assert "★ Ridge alpha=1 (deleted)" in told.text
    assert "for the meeting" in told.html


def test_the_first_step_is_told():
    """An empty list says what to type."""
    assert "%%track" in runs_table([]).text
    assert "%%track" in runs_table([]).html


def test_the_list_shows_itself():
    """What `%runs` answers is a list and looks like a table."""
    runs = Runs([make_run(1)], total=1)
    assert runs[0].name == "Ridge alpha=1"
    assert runs._repr_html_() == runs_table(runs).html


def test_a_run_shows_where_it_came_from():
    """Opened: ids, experiment, cell, commit and code."""
    run = make_run(
        3, experiment="late", source="alpha = 3", git={"commit": "c" * 40, "dirty": True}, mlflow_run_id="m" * 32
    )
    told = run_view(run)
    assert told.text.endswith("· 30000000")
    for words in ("m" * 32, "late", "tour.ipynb In [3] cell", "cccccccccc and uncommitted changes", "alpha = 3"):
        assert words in told.html


def test_nothing_that_a_user_names_becomes_markup():
    """Names, values, notes and errors arrive as text, also in folded rows."""
    error = {"ename": EVIL, "evalue": EVIL}
    runs = [
        make_run(n, name=EVIL, parameters={EVIL: EVIL + str(n)}, metrics={EVIL: 1.0}, note=EVIL, error=error)
        for n in (1, 2)
    ]
    for html in (runs_table(runs).html, run_view(runs[0]).html):
        assert "<script" not in html
        assert "<img" not in html
        assert "&lt;script&gt;" in html


def test_metrics_that_most_rows_have_come_first():
    """Newer, rarer metrics give way; how many are not shown is said; lines fit a screen."""
    runs = [make_run(n, cell=f"c{n}", metrics={"accuracy": n / 7}) for n in range(1, 9)]
    runs += [make_run(9, cell="odd", metrics={f"a_rare_measure_{k}": 1 / 3 for k in range(20)})]
    told = runs_table(runs)
    lines = told.text.splitlines()
    assert "accuracy" in lines[1]
    assert lines[1].split().index("accuracy") == 2
    assert max(map(len, lines)) <= 120
    hidden = 21 - sum(word == "accuracy" or word.startswith("a_rare") for word in lines[1].split())
    assert lines[-1] == f"+{hidden} more metrics: %runs show RUN"
    assert f"+{hidden} more metrics" in told.html


def test_deleted_runs_say_how_they_come_back():
    """The words stand below the table."""
    run = make_run(1, deleted=True)
    assert runs_table([run]).text.endswith(f"%runs restore {run.id[:8]}")


def test_a_run_tells_files_figures_and_its_id():
    """What the code opened and drew stands in the opened card, and the first digits of the id."""
    run = make_run(
        1, artifacts=("figures/1.png",), files=({"path": "in.csv", "mode": "r", "bytes": 2048, "sha256": "ab" * 32},)
    )
    html = run_view(run).html
    assert "figures/1.png" in html
    assert "in.csv (r, " in html
    assert "abababab" in html
    assert run.id[:8] in html
