"""Figures, repository, environment and MLflow around a cell."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

PNG = b"\x89PNG"


@pytest.fixture
def plotting(cells):
    cells.run("import matplotlib; matplotlib.use('agg')\nimport matplotlib.pyplot as plt\nplt.close('all')")
    yield cells
    cells.run("plt.close('all')")


def paths(closed):
    return [item["path"] for item in closed.artifacts]


def test_a_figure_made_in_the_cell_is_kept(plotting):
    """It is rendered, stays open, and is not drawn again for a later cell that does not touch it."""
    closed = plotting.track("fig, ax = plt.subplots()\nax.plot([1, 2])")
    assert paths(closed) == ["figures/fig.png"]
    assert plotting.blob(closed.artifacts[0]["blob"]).startswith(PNG)
    assert plotting.run("plt.get_fignums()").result == [1]
    assert paths(plotting.track("k = 1")) == []
    assert paths(plotting.track("ax.set_title('t'); fig.axes")) == ["figures/fig.png"]


def test_figures_without_names_are_numbered(plotting):
    """Two anonymous figures are two files."""
    assert paths(plotting.track("plt.figure(); plt.plot([1]); plt.figure('roc'); plt.plot([2])")) == [
        "figures/figure-1.png",
        "figures/roc.png",
    ]


def test_a_plot_only_cell_is_a_normal_run(plotting):
    """It is not empty."""
    assert not plotting.track("plt.plot([1, 2])").empty


def git(folder, *words):
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@t", *words], cwd=folder, check=True, capture_output=True
    )


def test_commit_branch_and_difference(bare_shell, project):
    """A dirty repository is recorded with its difference, secrets masked, and a remote without password."""
    git(project, "init", "-q", "-b", "trunk")
    (project / "model.py").write_text("a = 1\n")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "first")
    git(project, "remote", "add", "origin", "https://me:pa55word@example.org/x.git")
    (project / "model.py").write_text("a = 2\npassword = 'hunter22'\n")
    from capture.conftest import Cells, empty
    from nbops import load_ipython_extension, unload_ipython_extension

    empty(bare_shell)
    load_ipython_extension(bare_shell)
    try:
        cells = Cells(bare_shell)
        closed = cells.track("import time; time.sleep(0.3)")
        assert (closed.git["branch"], closed.git["dirty"], len(closed.git["commit"])) == ("trunk", True, 40)
        assert closed.git["remote"] == "https://example.org/x.git"
        difference = cells.blob(closed.git["diff"]).decode()
        assert "+a = 2" in difference
        assert "hunter22" not in difference
    finally:
        unload_ipython_extension(bare_shell)


def test_only_packages_that_the_code_uses(flowers):
    """Versions of what the cell's names come from."""
    packages = flowers.track("import yaml\ntotal = float(X['a'].sum())").environment["packages"]
    assert set(packages) == {"pandas", "PyYAML"}


def test_no_package_of_the_standard_library(cells):
    """Python's own modules have no version of their own."""
    assert cells.track("import json, os\nx = json.dumps({})").environment["packages"] == {}


def test_the_users_own_mlflow_run_is_joined(cells, monkeypatch):
    """A run that is active in MLflow is named, and the store that the user set is the session's."""
    active = SimpleNamespace(info=SimpleNamespace(run_id="abc"))
    fluent = SimpleNamespace(_active_run_stack=[active], _active_experiment_id="42")
    monkeypatch.setitem(sys.modules, "mlflow.tracking.fluent", fluent)
    chosen = SimpleNamespace(_tracking_uri="http://server")
    monkeypatch.setitem(sys.modules, "mlflow.tracking._tracking_service.utils", chosen)
    cells.track("k = 1")
    assert cells.opened[-1].attach == "abc"
    assert cells.opened[-1].tags["nbops.experiment_id"] == "42"
    assert cells.records[0].tracking_uri == "http://server"


def test_a_run_that_the_cell_begins_in_mlflow_is_named(cells, monkeypatch):
    """Plain `mlflow.start_run` in a tracked cell is part of the same run."""
    state = SimpleNamespace(_last_active_run_id="old")
    monkeypatch.setitem(sys.modules, "mlflow.tracking.fluent", state)
    cells.run("import sys; state = sys.modules['mlflow.tracking.fluent']")
    assert cells.track("k = 1").attach is None
    assert cells.track("state._last_active_run_id = 'new'").attach == "new"


def test_files_are_named_with_their_content(cells, project):
    """Size and hash of what the code opened."""
    import hashlib

    (project / "data.csv").write_text("a,b\n1,2\n")
    closed = cells.track("text = open('data.csv').read()")
    wanted = hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    assert closed.files == ({"path": "data.csv", "mode": "r", "bytes": 8, "sha256": wanted},)


def test_nothing_waits_for_a_slow_repository(cells, monkeypatch):
    """The first cell waits a quarter of a second at most, later ones not at all."""
    from nbops.capture.surroundings import git as module

    def slow(_project):
        time.sleep(2)
        return module.GitState()

    monkeypatch.setattr(module, "read_git", slow)
    start = time.perf_counter()
    cells.track("k = 1")
    assert time.perf_counter() - start < 1


def test_files_that_were_read_can_be_recognised_later(tmp_path):
    """Size and time of each, a hash of the small ones as far as a cell may take; nothing of what was written."""
    from nbops.capture.surroundings.files import identify_files

    (tmp_path / "small.csv").write_text("a,b\n")
    (tmp_path / "large.bin").write_bytes(bytes(4_000_001))
    for number in range(3):
        (tmp_path / f"m{number}.bin").write_bytes(bytes(3_000_000))
    opened = dict.fromkeys(["large.bin", "m0.bin", "m1.bin", "m2.bin", "small.csv", "gone.csv"], "r") | {"out.csv": "w"}
    found = {item["path"]: item for item in identify_files(opened, tmp_path)}
    assert found["small.csv"]["sha256"] == hashlib.sha256(b"a,b\n").hexdigest()
    assert found["small.csv"]["changed"] == (tmp_path / "small.csv").stat().st_mtime_ns
    assert [name for name, item in found.items() if "sha256" in item] == ["m0.bin", "m1.bin", "small.csv"]
    assert found["large.bin"]["bytes"] == 4_000_001
    assert found["gone.csv"] == {"path": "gone.csv", "mode": "r"}
    assert found["out.csv"] == {"path": "out.csv", "mode": "w"}
