"""Every degraded state is explained in words, with what mends it; a healthy workspace has nothing to explain."""

from __future__ import annotations

import fcntl

import numpy as np
import pandas as pd
import pytest

from journal_writer import ELSEWHERE, Writer
from nbops.readiness.examine import degraded, examine
from nbops.recording import notes
from nbops.recording.notes import append_note, notes_folder
from nbops.recording.process.interpreter import recorder_file
from nbops.snapshots.snapshot import snapshot


@pytest.fixture(autouse=True)
def _recorder_rests(monkeypatch):
    monkeypatch.setattr("nbops.recording.process.start.wake", lambda *_, **__: False)


def _told(workspace, topic):
    return [found for found in degraded(workspace) if found.topic == topic]


def _only(workspace, topic):
    (found,) = _told(workspace, topic)
    return found


def test_an_empty_workspace_is_well(stored_workspace):
    """Nothing is degraded where nothing has happened."""
    assert degraded(stored_workspace) == ()
    assert {found.state for found in examine(stored_workspace, local=True)} == {"well"}


def test_runs_that_wait_without_a_recorder(stored_workspace):
    """How many, and the word that brings them to MLflow."""
    Writer(stored_workspace).run()
    found = _only(stored_workspace, "recorder")
    assert (found.state, found.sentence) == ("look", "it is not running; 1 run not in MLflow yet")
    assert found.remedy == "nbops sync"


def test_a_store_that_does_not_answer(stored_workspace):
    """The reason is told, and that nothing is lost meanwhile."""
    Writer(stored_workspace).run()
    recorder_file(stored_workspace, "json").write_text('{"waiting": "connection refused"}')
    with recorder_file(stored_workspace, "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert (
            "1 run safe in the journal until then: connection refused" in _only(stored_workspace, "recorder").sentence
        )


def test_a_recorder_that_is_switched_off(stored_workspace, monkeypatch):
    """Who switched it off by the environment is reminded of it."""
    monkeypatch.setenv("NBOPS_RECORDER", "off")
    assert "NBOPS_RECORDER=off" in _only(stored_workspace, "recorder").sentence


def test_runs_that_mlflow_refuses_or_takes_in_part(stored_workspace):
    """Both are named, with MLflow's reason."""
    writer = Writer(stored_workspace)
    refused, partial = writer.run("refused"), writer.run("partial")
    folder = notes_folder(stored_workspace, writer.session)
    append_note(folder, notes.REFUSED, refused, reason="not in MLflow: no permission")
    append_note(folder, notes.RECORDED, partial, mlflow_run_id="f" * 32, experiment="x", failure="model: it is cursed")
    first, second = _told(stored_workspace, "runs")
    assert (first.state, refused[:8] in first.sentence, "no permission" in first.sentence) == ("broken", True, True)
    assert (second.state, partial[:8] in second.sentence, "it is cursed" in second.sentence) == ("look", True, True)


def test_runs_whose_data_are_by_reference(stored_workspace):
    """The frames are named, and what it means for verification."""
    entry = {"name": "clicks", "snapshot": None, "rows": 5, "by_reference": True}
    Writer(stored_workspace).run(datasets=(entry,))
    found = _only(stored_workspace, "runs")
    assert "1 read data that is kept by reference only (clicks)" in found.sentence


def test_runs_of_another_host(stored_workspace):
    """They are never declared dead, and that is said."""
    run = Writer(stored_workspace, owner=ELSEWHERE).open()
    assert run[:8] in _only(stored_workspace, "runs").sentence


def test_settings_that_cannot_be_used(stored_workspace):
    """The file, the setting and the known ones are told; the rest is still looked at."""
    (stored_workspace.project / "pyproject.toml").write_text("[tool.nbops]\nquite = true\n")
    found = _only(stored_workspace, "settings")
    assert (found.state, "'quite'" in found.sentence, "default holds" in found.sentence) == ("broken", True, True)
    assert "quiet" in found.remedy
    assert {found.topic for found in examine(stored_workspace, local=True)} >= {"recorder", "runs", "snapshots"}


def test_settings_with_consequences(stored_workspace):
    """What no snapshots, and what uploaded rows mean."""
    (stored_workspace.project / "pyproject.toml").write_text(
        "[tool.nbops.capture]\ndata = 'never'\nupload_data = true\n"
    )
    told = " ".join(found.sentence for found in _told(stored_workspace, "settings"))
    assert "no pipeline can be verified" in told
    assert "raw rows" in told


def test_a_store_of_snapshots_that_is_nearly_full(stored_workspace):
    """Use and quota are told."""
    snapshot(pd.DataFrame({"x": np.random.default_rng(0).normal(size=5000)}), workspace=stored_workspace)
    assert _told(stored_workspace, "snapshots") == []
    (stored_workspace.project / "pyproject.toml").write_text("[tool.nbops.capture]\nsnapshot_gb = 0.00003\n")
    assert "of the 30.0 kB allowed" in _only(stored_workspace, "snapshots").sentence


def test_a_pack_that_is_damaged(stored_workspace):
    """Told at once where its index is hurt; `verify` reads the rest."""
    snapshot(pd.DataFrame({"x": np.arange(5000.0)}), workspace=stored_workspace)
    (pack,) = stored_workspace.snapshots.glob("packs/*.pack")
    pack.chmod(0o644)
    content = bytearray(pack.read_bytes())
    content[-60] ^= 1
    pack.write_bytes(content)
    found = _only(stored_workspace, "snapshots")
    assert (found.state, pack.name in found.sentence) == ("broken", True)


def test_a_read_model_that_cannot_be_opened(stored_workspace):
    """One look that fails is a finding and does not end the others."""
    stored_workspace.read_model.mkdir()
    states = {found.topic: found.state for found in examine(stored_workspace, local=True)}
    assert (states["runs"], states["snapshots"]) == ("broken", "well")


def test_jupyterlab_is_looked_at(stored_workspace, tmp_path, monkeypatch):
    """A sidebar of another version, or one without its server side, is told."""
    from nbops.readiness.jupyter import jupyter

    home = tmp_path / "share"
    (home / "labextensions" / "nbops").mkdir(parents=True)
    package = home / "labextensions" / "nbops" / "package.json"
    config = tmp_path / "etc" / "jupyter_server_config.d"
    config.mkdir(parents=True)
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [str(home.joinpath(*parts))])
    monkeypatch.setattr("jupyter_core.paths.jupyter_config_path", lambda: [str(config.parent)])
    assert "not installed" in next(jupyter(stored_workspace)).sentence
    package.write_text('{"version": "0.0.9"}')
    first, second = jupyter(stored_workspace)
    assert "0.0.9" in first.sentence
    assert second.remedy == "jupyter server extension enable nbops"
    (config / "nbops.json").write_text('{"ServerApp": {"jpserver_extensions": {"nbops": true}}}')
    assert [found.state for found in jupyter(stored_workspace)] == ["look"]
