"""Files of watches that were damaged, and names and addresses that mean harm."""

from __future__ import annotations

import json

import pytest

from nbops.errors import ConfigError, SourceError, WatchNotFound
from nbops.monitoring.watching.list_watches import due_watches, list_watches
from nbops.monitoring.watching.plan import Plan
from nbops.monitoring.watching.plans import keep_plan
from nbops.monitoring.watching.remove_watch import remove_watch
from nbops.monitoring.watching.sql import check_address, read_rows
from nbops.widgets.watches_table import watches_table
from nbops.workspace import open_workspace


@pytest.fixture
def workspace(tmp_path):
    """A project of its own."""
    place = tmp_path / "some" / "project"
    place.mkdir(parents=True)
    (place / "pyproject.toml").touch()
    return open_workspace(place)


GOOD = Plan("good", "m", "x.parquet", every="1d", created=1.0)


@pytest.mark.parametrize(
    "damage",
    [
        {"every": 5}, {"name": None}, {"name": "../../evil"}, {"source": 5}, {"model": [1]}, {"created": "x"},
        {"created": 1e300}, {"alpha": "x"}, None,
    ],
)  # fmt: skip
def test_a_damaged_plan_stops_no_other_watch(workspace, damage):
    """It is passed over; whoever serves goes on with the rest."""
    keep_plan(workspace, GOOD)
    path = workspace.root / "watches" / "plans" / "bad.json"
    path.write_text("[" * 100_000 if damage is None else json.dumps({**GOOD.to_wire(), "name": "bad", **damage}))
    assert due_watches(workspace, 1e9) == ["good"]
    assert "good" in watches_table(list_watches(workspace)).text


@pytest.mark.parametrize("damage", [{"checked": "x"}, {"checked": 1e300}, {"parts": 5}, {"until": "x"}, []])
def test_a_damaged_memory_begins_anew(workspace, damage):
    """As if the watch had never looked."""
    keep_plan(workspace, GOOD)
    path = workspace.root / "watches" / "seen" / "good.json"
    path.parent.mkdir()
    path.write_text(json.dumps(damage))
    assert due_watches(workspace, 1e9) == ["good"]


@pytest.mark.parametrize("name", ["../../../evil", "a" * 300])
def test_a_watch_that_is_not_there_leaves_no_file_when_removed(workspace, tmp_path, name):
    """Neither in the workspace nor, by its name, anywhere else."""
    before = set(tmp_path.rglob("*"))
    with pytest.raises(WatchNotFound):
        remove_watch(name, workspace=workspace)
    found = set(tmp_path.rglob("*")) - before
    assert not [path for path in found if path.suffix == ".lock" and path.name != "runs.lock"]


@pytest.mark.parametrize(
    ("address", "holds"),
    [
        ("postgresql://u:pw@h/d", True), ("postgresql://u:p/w@h/d", True),
        ("postgresql://h/d?user=u&password=pw", True),
        ("mssql+pyodbc:///?odbc_connect=DRIVER%3Dx;PWD%3Dpw", True), ("snowflake://u@h/d?token=abc", True),
        ("postgresql://u:${PW}@h:5432/d", False), ("postgresql://h:5432/d?password=${PW}", False),
        ("sqlite:///x.db", False),
    ],
)  # fmt: skip
def test_no_password_is_written_down(address, holds):
    """Wherever in the address it stands."""
    if not holds:
        check_address(address)
        return
    with pytest.raises(ConfigError, match="password"):
        check_address(address)


def test_a_refused_statement_is_not_repeated(tmp_path):
    """The statement, and what it was given, stay out of the sentence that goes to routes and logs."""
    query = tmp_path / "rows.sql"
    query.write_text("select * from gone where token = 'hush-hush'")
    with pytest.raises(SourceError, match="no such table: gone") as caught:
        read_rows(f"sqlite:///{tmp_path / 'x.db'}", query, None)
    assert "hush" not in str(caught.value)
