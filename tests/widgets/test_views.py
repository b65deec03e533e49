"""Versions, verdicts, snapshots, what is live, and nbops itself."""

from __future__ import annotations

import pytest
from nouns import EVIL

from nbops.profiles.diff import Change, DatasetDifference
from nbops.registry.live import Live
from nbops.registry.verdict import Verdict
from nbops.registry.version import Version
from nbops.snapshots.diff import Difference
from nbops.snapshots.snapshot import Snapshot
from nbops.widgets.difference_view import difference_view
from nbops.widgets.live_table import live_table
from nbops.widgets.snapshot_view import snapshot_view
from nbops.widgets.snapshots_table import snapshots_table
from nbops.widgets.status_view import Status, status_view
from nbops.widgets.verdict_view import verdict_view
from nbops.widgets.version_view import version_view

VERSION = Version("late", 3, "ab" * 16, "x", 1e9, "ada", {"auc": 0.87}, ("champion",), notes=("champion was v2",))


@pytest.mark.parametrize(
    "rendering",
    [
        live_table([Live(EVIL, 1, EVIL, None, EVIL, EVIL, ({"name": EVIL},), EVIL, {EVIL: 1.0}, EVIL, EVIL)]),
        version_view(Version(EVIL, 1, EVIL, None, 0.0, EVIL, {EVIL: 1.0}, (EVIL,), notes=(EVIL,))),
        verdict_view(Verdict(EVIL, 1, EVIL, (EVIL,), (EVIL,), (EVIL,))),
        snapshot_view(Snapshot(id=EVIL, name=EVIL, rows=1, new_bytes=1, columns={EVIL: EVIL}, bytes=1)),
        snapshots_table([Snapshot(id=EVIL, name=EVIL, rows=1, new_bytes=1, columns={}, bytes=1, kind=EVIL)]),
        difference_view(
            DatasetDifference(
                Difference(EVIL, "b", (EVIL,), (EVIL,), (EVIL,), (EVIL,), 1, 2, index_changed=True),
                (Change(EVIL, EVIL, 1),),
                1,
            )
        ),
        status_view(Status(EVIL, EVIL, EVIL, 1, EVIL, 1, EVIL, 1, problems=(EVIL,))),
    ],
    ids=["live", "version", "verdict", "snapshot", "snapshots", "difference", "status"],
)
def test_nothing_that_a_user_names_becomes_markup(rendering):
    """Names, reasons, notes and columns arrive as text."""
    assert "<script" not in rendering.html
    assert "<img" not in rendering.html
    assert "&lt;script&gt;" in rendering.html


def test_version():
    """Name, number, aliases, metrics, where it came from, and what is worth knowing."""
    assert version_view(VERSION).text == ("late v3 is champion · auc 0.87 · run abababab · by ada\n  · champion was v2")


def test_verdict_tells_whether_it_binds():
    """Objections are sentences; without a policy they advise."""
    closed = Verdict("late", 3, "champion", objections=("auc is 0.81, below 0.85",))
    assert "should not become champion" in verdict_view(closed).html
    assert "Advice" in verdict_view(closed).html
    bound = Verdict("late", 3, "champion", objections=("auc is 0.81, below 0.85",), binding=True)
    assert "may not become champion" in verdict_view(bound).html
    assert "✗ auc is 0.81, below 0.85" in verdict_view(bound).text
    assert "may become champion" in verdict_view(Verdict("late", 3, "champion")).html


def test_a_folder_shows_its_files():
    """Of files there are so many with so many bytes; their paths are behind the line."""
    kept = Snapshot("3f" * 32, "data", 12, 5, {"raw/a.bin": "file"}, 2_000_000, kind="folder")
    assert snapshot_view(kept).text.startswith("data 3f3f3f3f3f3f · 12 files, 2")
    assert "raw/a.bin" in snapshot_view(kept).html


def test_a_difference_tells_rows_then_columns():
    """The answer first, then what came, went and changed, and how."""
    difference = Difference("a" * 64, "b" * 64, ("new",), ("old",), ("kind",), ("age",), 10, 11, index_changed=True)
    found = DatasetDifference(difference, (Change("age", "mean 1 → 2", 3), Change("kind", "int64 → float64")), 9)
    assert difference_view(found).text.splitlines() == [
        "aaaaaaaaaaaa → bbbbbbbbbbbb · 10 → 11 rows, 9 equal, 2 new, 1 gone, index changed",
        "added    new",
        "removed  old",
        "retyped  kind  int64 → float64",
        "changed  age   3 values: mean 1 → 2",
    ]
    same = DatasetDifference(Difference("a" * 64, "a" * 64, (), (), (), (), 1, 1, index_changed=False))
    assert difference_view(same).text.endswith("the same")


def test_snapshot():
    """Shape, and how much of it had to be stored."""
    kept = Snapshot(id="3f" * 32, name="winter", rows=80_789, new_bytes=0, columns={"hour": "int64"}, bytes=9)
    assert snapshot_view(kept).text == "winter 3f3f3f3f3f3f · 80,789 rows × 1 column · nothing new to store"


def test_live():
    """One line an alias; what is not known is said, and disagreement is a warning."""
    told = live_table([Live("late", 3, "champion", None, "", drift="warn", warning="moved outside nbops")])
    assert told.text.splitlines()[1].split() == ["late", "champion", "v3", "unknown", "unknown", "warn"]
    assert "late champion: moved outside nbops" in told.text
    assert "%register" in live_table([]).text


def test_status():
    """What waits and what is degraded; a new workspace gets the first step."""
    fresh = status_view(Status("0.1.0", ".nbops", "sqlite:///.nbops/mlflow.db", 0, "idle", 0)).text
    assert "idle, everything is in MLflow" in fresh
    assert "none yet: put %%track on top of a cell" in fresh
    told = status_view(
        Status("0.1.0", ".nbops", "x", 2, "running", 3, unseen=4, quiet=True, problems=("MLflow is away",))
    )
    for words in ("2 runs not in MLflow yet", "4 executions before", "%nbops quiet off", "MLflow is away"):
        assert words in told.text
        assert words in told.html
