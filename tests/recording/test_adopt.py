"""What was recorded while the project could not be written comes home, once and whole."""

from __future__ import annotations

import shutil

import pytest

from journal_writer import DEAD, Writer
from nbops.recording.annotate import annotate
from nbops.recording.folding.adopt import adopt
from nbops.recording.list_runs import list_runs
from nbops.workspace import prepare_workspace, substitute


@pytest.fixture
def elsewhere(stored_workspace, tmp_path, monkeypatch):
    """The workspace that stands for `stored_workspace` in a state directory of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return prepare_workspace(substitute(stored_workspace))


def test_it_knows_what_it_stands_for(stored_workspace, elsewhere):
    """Also a process that is only told its path: names and settings are those of the project."""
    from nbops.workspace import Workspace

    told = Workspace(elsewhere.root)
    assert (told.replaced, told.project) == (stored_workspace.root, stored_workspace.project)
    assert stored_workspace.replaced is None


def test_dead_sessions_come_home_and_living_ones_stay(stored_workspace, elsewhere, drain, stored):
    """With their blobs and with what people changed; recorded in the project's own store, whatever the other had."""
    ended = Writer(elsewhere, owner=DEAD, tracking_uri=elsewhere.tracking_uri)
    blob = ended.journal.put(b"png")
    run = ended.run("ended", artifacts=({"path": "figures/a.png", "blob": blob},))
    Writer(elsewhere, tracking_uri=elsewhere.tracking_uri).run("living")
    annotate(run, star=True, workspace=elsewhere)
    (elsewhere.journals / ended.session / "notes").open("ab").write(
        b"".join(_created(run))
    )  # as a recorder of that store would leave it
    assert [(item.name, item.starred, item.pending) for item in list_runs(stored_workspace)] == [("ended", True, True)]
    assert adopt(stored_workspace) == 0
    assert [item.name for item in list_runs(elsewhere)] == ["living", "ended"]
    drain()
    assert stored(run).data.tags["nbops.star"] == "true"


def _created(run):
    from nbops.recording import notes

    yield notes.encode_note({"kind": notes.BEGUN, "run": run})
    yield notes.encode_note({"kind": notes.RECORDED, "run": run, "mlflow_run_id": "f" * 32, "experiment": "x"})


def test_killed_on_the_way(stored_workspace, elsewhere):
    """Copied, not yet removed: the next look removes it, and there is still one of it."""
    ended = Writer(elsewhere, owner=DEAD)
    ended.run("ended")
    shutil.copytree(ended.journal.folder, stored_workspace.journals / ended.session)
    assert adopt(stored_workspace) == 1
    assert not ended.journal.folder.exists()
    assert [item.name for item in list_runs(stored_workspace)] == ["ended"]


def test_sessions_of_a_server_keep_what_was_noted(stored_workspace, elsewhere):
    """They are in that server already, and go there no second time."""
    ended = Writer(elsewhere, owner=DEAD, tracking_uri="http://127.0.0.1:9")
    run = ended.run("ended")
    (ended.journal.folder / "notes").write_bytes(b"".join(_created(run)))
    (found,) = list_runs(stored_workspace)
    assert (found.mlflow_run_id, found.pending) == ("f" * 32, False)
