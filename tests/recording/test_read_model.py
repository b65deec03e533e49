"""The read model is a fold of journals and notes: repeatable, shared by processes, and free to be deleted."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

from journal_writer import DEAD, ELSEWHERE, Writer
from nbops.capture.journal.records import Execution
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.get_run import get_run
from nbops.recording.list_runs import count_runs, list_runs


def test_looking_twice_changes_nothing(stored_workspace, writer):
    """The second look finds nothing new, the third only what came since."""
    writer.run("one")
    assert ReadModel(stored_workspace).fold() == 3
    assert ReadModel(stored_workspace).fold() == 0
    writer.run("two")
    assert ReadModel(stored_workspace).fold() == 2
    assert [run.name for run in list_runs(stored_workspace)] == ["two", "one"]


def test_processes_fold_at_once(stored_workspace, writer):
    """Four processes that fold the same journal together leave each run there once."""
    for number in range(200):
        writer.run(f"run {number}")
    code = "from nbops.recording.list_runs import list_runs; print(len(list_runs(limit=None)))"
    started = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(4)]
    assert [int(process.communicate()[0]) for process in started] == [200] * 4


def test_half_a_line_waits_and_a_damaged_one_is_passed_over(stored_workspace, writer):
    """A kernel that dies while it writes costs one record, never the journal."""
    writer.run("before")
    path = writer.journal.folder / "journal"
    with path.open("ab") as file:
        file.write(b"00000000 {broken}\n")
    writer.run("after")
    with path.open("ab") as file:
        file.write(b"12345678 {half")
    assert [run.name for run in list_runs(stored_workspace)] == ["after", "before"]
    with ReadModel(stored_workspace).open() as connection:
        assert connection.execute("SELECT damaged FROM sessions").fetchone()[0] == 1


def test_run_of_a_dead_kernel_is_killed_and_keeps_what_it_logged(stored_workspace):
    """Opened, not closed, owner gone: KILLED at the time of its last record, on the first look."""
    kernel = Writer(stored_workspace, owner=DEAD)
    run = kernel.open("fit", time=100.0)
    kernel.log(run, metrics={"loss": 0.4}, parameters={"lr": 0.1})
    found = get_run(run, workspace=stored_workspace)
    assert (found.status, found.metrics, found.parameters) == ("KILLED", {"loss": 0.4}, {"lr": 0.1})
    assert found.ended > 100.0


def test_run_of_another_host_is_never_declared_killed(stored_workspace):
    """Nobody here can know whether that process lives."""
    run = Writer(stored_workspace, owner=ELSEWHERE).open()
    assert get_run(run, workspace=stored_workspace).status == "RUNNING"


def test_run_of_a_living_kernel_is_running(stored_workspace, writer):
    """It has a name for people from the start."""
    found = get_run(writer.open(""), workspace=stored_workspace)
    assert (found.status, found.name, found.pending) == ("RUNNING", "cell [3]", True)


def test_two_sessions_stand_in_one_list_in_order_of_time(stored_workspace):
    """Notebooks side by side."""
    first, second = Writer(stored_workspace), Writer(stored_workspace, notebook="other.ipynb")
    first.run("a", opened={"time": 1.0})
    second.run("b", opened={"time": 2.0, "notebook": "other.ipynb"})
    first.run("c", opened={"time": 3.0})
    assert [run.name for run in list_runs(stored_workspace)] == ["c", "b", "a"]
    assert [run.name for run in list_runs(stored_workspace, notebook="other.ipynb")] == ["b"]
    assert get_run("b", workspace=stored_workspace).experiment == "other"


def test_identical_executions_point_to_the_first(stored_workspace):
    """In whatever order the journals come to be read."""
    late, early = Writer(stored_workspace), Writer(stored_workspace)
    third = late.run(opened={"time": 30.0}, fingerprint="same")
    assert get_run(third, workspace=stored_workspace).repeat_of is None
    first = early.run(opened={"time": 10.0}, fingerprint="same")
    second = early.run(opened={"time": 20.0}, fingerprint="same")
    other = early.run(opened={"time": 40.0}, fingerprint="other")
    runs = [get_run(run, workspace=stored_workspace).repeat_of for run in (first, second, third, other)]
    assert runs == [None, first, first, None]


def test_masked_secrets_of_the_cell_are_counted(stored_workspace, writer):
    """The execution knows how many, the run shows it."""
    run = writer.run()
    writer.journal.append(Execution(session=writer.session, index=1, run=run, masked=2))
    assert get_run(run, workspace=stored_workspace).masked == 2


def test_deleted_file_loses_nothing(stored_workspace, writer, drain, client):
    """Runs, MLflow ids, what people changed, and documents come back; and no run is recorded again."""
    from nbops.recording.annotate import annotate
    from nbops.recording.delete_run import delete_run

    kept, gone = writer.run("kept"), writer.run("gone")
    annotate(kept, name="renamed", note="look", star=True, tags={"team": "a"})
    delete_run(gone)
    ReadModel(stored_workspace).put("watch", "wine", {"name": "wine"})
    assert drain() == 2
    before = list_runs(stored_workspace), list_runs(stored_workspace, deleted=True)
    for path in stored_workspace.root.glob("runs.db*"):
        path.unlink()
    after = list_runs(stored_workspace), list_runs(stored_workspace, deleted=True)
    assert after == before
    assert (after[0][0].name, after[0][0].starred, after[0][0].tags) == ("renamed", True, {"team": "a"})
    assert ReadModel(stored_workspace).list("watch") == [{"name": "wine"}]
    drain()
    found = client.search_runs([item.experiment_id for item in client.search_experiments()])
    assert len(found) == 1


def test_damaged_file_is_put_aside_and_built_anew(stored_workspace, writer):
    """A read model that SQLite cannot read is no reason to stop."""
    writer.run("fit")
    stored_workspace.read_model.write_bytes(b"no database" * 1000)
    assert [run.name for run in list_runs(stored_workspace)] == ["fit"]
    assert list(stored_workspace.root.glob("runs.db.damaged-*"))


def test_file_of_another_layout_is_built_anew(stored_workspace, writer):
    """An upgrade of nbops needs no migration: tables are derived, documents stay."""
    writer.run("fit")
    connection = sqlite3.connect(stored_workspace.read_model)
    connection.execute("CREATE TABLE runs (id TEXT)")
    connection.close()
    ReadModel(stored_workspace).put("watch", "wine", {"name": "wine"})
    assert [run.name for run in list_runs(stored_workspace)] == ["fit"]


def test_documents_are_kept_replaced_and_forgotten(stored_workspace):
    """The latest changed stands first."""
    model = ReadModel(stored_workspace)
    model.put("pipeline", "a", {"n": 1})
    model.put("pipeline", "b/ä", {"n": 2})
    model.put("pipeline", "a", {"n": 3})
    assert model.list("pipeline") == [{"n": 3}, {"n": 2}]
    model.delete("pipeline", "a")
    assert model.get("pipeline", "a") is None
    assert model.get("pipeline", "b/ä") == {"n": 2}


def test_words_are_found_in_names_values_tags_and_notes(stored_workspace, writer, drain):
    """All words have to be there; case is ignored; wildcards are plain letters."""
    from nbops.recording.annotate import annotate

    writer.run("Forest", parameters={"trees": 300}, tags={"team": "Blue"})
    run = writer.run("logreg", metrics={"f1_macro": 0.7})
    annotate(run, note="Best so far")
    found = {word: [item.name for item in list_runs(stored_workspace, query=word)] for word in
             ("forest", "TREES=300 blue", "f1_macro", "f1%macro", "best far", "blue f1")}  # fmt: skip
    assert found == {"forest": ["Forest"], "TREES=300 blue": ["Forest"], "f1_macro": ["logreg"], "f1%macro": [],
                     "best far": ["logreg"], "blue f1": []}  # fmt: skip
    assert count_runs(stored_workspace, query="blue") == 1
    assert count_runs(stored_workspace, query=run[:8]) == 1
    assert count_runs(stored_workspace, query=run[1:9]) == 0


def test_empty_and_hidden_runs_are_shown_on_request(stored_workspace, writer, drain):
    """Only imports or definitions: recorded, not listed; and what a person hid."""
    from nbops.recording.annotate import annotate

    writer.run("imports", empty=True)
    annotate(writer.run("hidden"), hide=True)
    writer.run("shown", "FAILED")
    assert [run.name for run in list_runs(stored_workspace)] == ["shown"]
    assert count_runs(stored_workspace, hidden=True) == 3
    assert [run.name for run in list_runs(stored_workspace, hidden=True, status="FINISHED")] == ["hidden", "imports"]
    assert [run.name for run in list_runs(stored_workspace, hidden=True, limit=1, offset=1)] == ["hidden"]
