"""`%runs`, `%snapshot`, `%drift`, `%register`, `%nbops`: words in, nouns out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from IPython.core.error import UsageError

from nbops.errors import RunNotFound, RunNotUsable, SnapshotNotFound
from nbops.recording.get_run import get_run
from nbops.recording.process.interpreter import recorder_file

FRAME = "import pandas as pd\nframe = pd.DataFrame({'hour': range(200), 'wind': [float(n % 7) for n in range(200)]})"


def _displayed(shell, noun):
    """Return what a terminal and a notebook show."""
    told = shell.display_formatter.format(noun)[0]
    return told["text/plain"], told["text/html"]


def _tracked(shell, *values):
    for value in values:
        shell.run(f"%%track ridge-{value}\nalpha = {value}\nloss = alpha / 10")


def test_runs_lists_and_filters(shell):
    """All runs latest first; words, kinds and limits narrow them down."""
    _tracked(shell, 1, 2, 3)
    assert [run.name for run in shell.run("%runs")] == ["ridge-3", "ridge-2", "ridge-1"]
    assert [run.name for run in shell.run("%runs ridge-2")] == ["ridge-2"]
    assert shell.run("%runs --kind pipeline") == []
    shown = shell.run("%runs --limit 1")
    assert (len(shown), shown.total) == (1, 3)


def test_runs_change_what_people_add(shell):
    """Name, note, star, tags, hiding, deletion and its undoing, by reference."""
    _tracked(shell, 1, 2)
    assert shell.run("%runs rename last 'the better one'")[0].name == "the better one"
    assert shell.run("%runs note last for the meeting")[0].note == "for the meeting"
    assert [run.starred for run in shell.run("%runs star last ridge-1")] == [True, True]
    assert not shell.run("%runs unstar last")[0].starred
    assert shell.run("%runs tag last team=red stage=draft")[0].tags.items() >= {"team": "red", "stage": "draft"}.items()
    shell.run("%runs hide last")
    assert [run.name for run in shell.run("%runs")] == ["ridge-1"]
    assert len(shell.run("%runs --hidden")) == 2
    shell.run("%runs unhide 'the better one'")
    assert shell.run("%runs delete ridge-1")[0].deleted
    assert [run.name for run in shell.run("%runs")] == ["the better one"]


def test_a_deleted_run_comes_back(shell):
    """Delete is soft: the id restores."""
    _tracked(shell, 1)
    run = get_run("last")
    shell.run(f"%runs delete {run.id[:8]}")
    assert shell.run(f"%runs restore {run.id[:8]}")[0].name == "ridge-1"


@pytest.mark.parametrize("line", ["%runs delete", "%runs rename last", "%runs tag last red", "%runs --kind nope"])
def test_wrong_use_of_runs_is_told(shell, line):
    """Too few words, tags without a value and unknown kinds are usage errors."""
    _tracked(shell, 1)
    with pytest.raises(UsageError):
        shell.run(line)


def test_undo_deletes_this_kernels_latest(shell):
    """`%nbops undo` takes back the latest run and shows which."""
    _tracked(shell, 1, 2)
    assert [run.name for run in shell.run("%nbops undo")] == ["ridge-2"]
    assert [run.name for run in shell.run("%runs")] == ["ridge-1"]


def test_snapshots_are_named_after_their_frame(shell):
    """A name is the snapshot's name, an expression needs quotes, `--name` wins."""
    shell.run(FRAME)
    assert shell.run("%snapshot frame").name == "frame"
    assert shell.run("%snapshot 'frame[frame.hour < 50]' --name night").rows == 50
    assert shell.run("import nbops; nbops.load('night')").shape == (50, 2)
    for line in ("%snapshot frme", "%snapshot 'frme.copy()'", "%snapshot flights.csv"):
        with pytest.raises(UsageError, match="is not defined"):
            shell.run(line)


def test_files_and_folders_are_snapshots_too(shell, tmp_path, monkeypatch):
    """A path is kept as it lies; a name of the notebook wins over a path of the same name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a b.txt").write_text("x")
    taken = shell.run('%snapshot "data/"')
    assert (taken.kind, taken.name, taken.rows) == ("folder", "data", 1)
    assert shell.run("%snapshot 'data/a b.txt' --name notes").name == "notes"
    shell.run(FRAME + "\ndata = frame")
    assert shell.run("%snapshot data").kind == "DataFrame"


def test_snapshots_are_listed_shown_and_compared(shell):
    """`list`, `show REF` and `diff A B` are words of `%snapshot`, unless the notebook has a frame of that name."""
    shell.run(FRAME)
    one = shell.run("one = %snapshot frame\none")
    shell.run("frame = frame[frame.hour < 50]\n%snapshot frame --name night")
    assert [kept.name for kept in shell.run("%snapshot list")] == ["night", "frame"]
    assert shell.run("%snapshot show night").rows == 50
    found = shell.run("%snapshot diff one night")
    assert (found.difference.before, found.equal_rows) == (one.id, 50)
    text, html = _displayed(shell, found)
    assert f"{one.id[:12]} → " in text
    assert "<table" in html
    text, html = _displayed(shell, shell.run("%snapshot list"))
    assert text.splitlines()[0].split() == ["snapshot", "name", "kind", "holds", "size", "taken"]
    assert html.count("<tr") == 3
    shell.run("diff = frame")
    assert shell.run("%snapshot diff").name == "diff"
    for line in ("%snapshot diff one", "%snapshot one night", "%snapshot show night --name x", "%snapshot list x"):
        with pytest.raises(UsageError):
            shell.run(line)


def test_performance_takes_words_and_shows_itself(shell):
    """`NAME=VALUE` words; frames by name; the report shows itself; a word that means nothing is a usage error."""
    shell.run("import pandas as pd\nmade = pd.DataFrame({'y': [0, 1] * 100, 'p': [0.2, 0.8, 0.7, 0.9] * 50})")
    report = shell.run("%performance made label=y score=p reference=made slices=y window=100")
    assert (report.state, report.current.name, report.reference.name) == ("ok", "made", "made")
    assert (len(report.windows), report["accuracy"].value) == (2, 0.75)
    text, html = _displayed(shell, report)
    assert "accuracy 0.75" in text
    assert "accuracy" in html
    with pytest.raises(UsageError, match="'colour=red' is not understood"):
        shell.run("%performance made label=y colour=red")
    with pytest.raises(UsageError, match="label=COLUMN"):
        shell.run("%performance made")


def test_drift_takes_names_expressions_and_snapshots(shell):
    """CURRENT and REFERENCE are looked up in the namespace first, then among snapshots; the report has their names."""
    shell.run(FRAME)
    shell.run("%snapshot frame --name before")
    report = shell.run("%drift 'frame.assign(wind=frame.wind * 9)' before")
    assert (report.drifted, report.columns["wind"].drifted, report.reference.name) == (True, True, "before")
    assert report.current.name == "frame.assign(wind=frame.wind * 9)"
    assert not shell.run("%drift frame frame").drifted
    with pytest.raises(SnapshotNotFound):
        shell.run("%drift frame nothing")
    with pytest.raises(UsageError):
        shell.run("%drift frame")


def test_a_failed_run_cannot_be_registered_or_promoted(shell, capsys):
    """The refusal names the run and is shown without a stack."""
    with pytest.raises(ZeroDivisionError):
        shell.run("%%track doomed\n1 / 0")
    for line in ("%register late", "%promote"):
        capsys.readouterr()
        with pytest.raises(RunNotUsable, match="FAILED"):
            shell.run(line)
        shown = capsys.readouterr().out
        assert "RunNotUsable: " in shown
        assert "Traceback" not in shown
    with pytest.raises(RunNotFound):
        shell.run("%promote best:accuracy")


def test_promote_explains_without_doing_it(shell, stored_workspace):
    """`--explain` shows what stays and goes, with reasons, and writes nothing; `--to` beside it is wrong use."""
    shell.run("rate = 0.5")
    shell.run("rate = rate * 2")
    shell.run("unused = 3")
    _tracked(shell, "rate")
    found = shell.run("%promote --explain")
    assert [cell.source for cell in found.kept[:2]] == ["rate = 0.5", "rate = rate * 2"]
    assert "unused = 3" in [cell.source for cell in found.dropped]
    text, html = _displayed(shell, found)
    assert "would keep 3 of" in text
    assert "<details open" in html
    assert not list(stored_workspace.project.rglob("*.ipynb"))
    with pytest.raises(UsageError, match="writes nothing"):
        shell.run("%promote --explain --to late.ipynb")


def test_status_tells_where_runs_go(shell, stored_workspace):
    """`%nbops` names the workspace, the store without this machine's paths, and the last run."""
    assert shell.run("%nbops").last == ""
    _tracked(shell, 1)
    status = shell.run("%nbops")
    assert (status.workspace, status.store, status.runs, status.pending) == (
        ".nbops", "sqlite:///.nbops/mlflow.db", 1, 1,
    )  # fmt: skip
    assert status.last.startswith("ridge-1 (")
    assert status.recorder == "stopped"


def test_credentials_of_a_server_are_not_shown(shell, monkeypatch):
    """A tracking server's user and password stay out of saved outputs."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://ada:secret@mlflow.example/path")
    assert shell.run("%nbops").store == "https://mlflow.example/path"


def test_what_waits_is_told_while_mlflow_is_away(shell, capsys, stored_workspace):
    """Cards count what waits only where MLflow does not answer."""
    import fcntl

    _tracked(shell, 1)
    assert "pending" not in capsys.readouterr().out
    recorder_file(stored_workspace, "json").write_text('{"waiting": "connection refused"}')
    with recorder_file(stored_workspace, "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _tracked(shell, 2)
        assert "2 pending" in capsys.readouterr().out
        problem = shell.run("%nbops").problems[0]
        assert "2 runs safe in the journal until then: connection refused" in problem


def test_words_follow_the_kernel_not_the_directory(shell, tmp_path, monkeypatch):
    """After `os.chdir` the same runs are listed, and more are added to them."""
    _tracked(shell, 1)
    monkeypatch.delenv("NBOPS_WORKSPACE")
    shell.run(f"import os; os.chdir({str(tmp_path)!r})")
    _tracked(shell, 2)
    assert [run.name for run in shell.run("%runs")] == ["ridge-2", "ridge-1"]
    assert shell.run("%nbops").runs == 2
    assert not (tmp_path / ".nbops").exists()


def test_runs_are_shown_and_compared_side_by_side(shell):
    """`%runs show` answers the run, `%runs compare` a table that shows itself as text and HTML."""
    _tracked(shell, 1)
    _tracked(shell, 2)
    assert shell.run("%runs show last").name == "ridge-2"
    comparison = shell.run("%runs compare ridge-1 ridge-2")
    assert [run.name for run in comparison.runs] == ["ridge-1", "ridge-2"]
    data, _ = shell.display_formatter.format(comparison)
    assert "parameters" in data["text/plain"]
    assert "<table" in data["text/html"]


def test_a_filter_that_finds_nothing_says_so(shell):
    """It is not taken for an empty workspace."""
    assert "no runs yet" in _shown(shell.run("%runs"))
    _tracked(shell, 1)
    assert "none of 1 run matches" in _shown(shell.run("%runs xyzzy"))


@pytest.mark.parametrize(
    "magic", ["track", "runs", "nbops", "promote", "drift", "performance", "register", "assign", "snapshot"]
)
def test_help_is_shown_and_nothing_else_done(shell, capsys, magic):
    """`--help` tells what a magic takes, without a stack and without running the cell."""
    assert not shell.run_cell(f"%{magic} --help\nreached = 1").success
    out = capsys.readouterr().out
    assert out.startswith(f"  %{magic} [") or out.lstrip().startswith(f"%{magic} ")
    assert "Traceback" not in out
    assert "reached" not in shell.user_ns


def test_doctor_in_the_notebook(shell):
    """Every finding is a line with what mends it."""
    findings = shell.run("%nbops doctor")
    assert {"settings", "journals", "recorder", "snapshots"} <= {found.topic for found in findings}
    assert "NBOPS_RECORDER=off" in _shown(findings)
    assert "→ nbops sync" in findings._repr_html_()
    assert str(Path.cwd()) not in _shown(findings)


def _shown(noun):
    """Return what a noun shows in a terminal."""
    from IPython.lib.pretty import pretty

    return pretty(noun)


def test_words_that_are_elsewhere_are_named(shell):
    """A bare `%snapshot`, and what only the command line does, answer with what to type."""
    for line, wanted in {
        "%snapshot": "%snapshot FRAME keeps a frame",
        "%snapshot gc": "on the command line: !nbops snapshot gc",
        "%snapshot diff a": "diff BEFORE AFTER",
    }.items():
        with pytest.raises(UsageError, match=re.escape(wanted)):
            shell.run(line)


def test_frames_of_the_notebook_are_compared(shell):
    """A word that names no snapshot is a frame of the notebook."""
    shell.run("import pandas as pd\nX = pd.DataFrame({'a': [1, 2], 'b': [3, 4]})\nX2 = X[['a']]")
    found = shell.run("%snapshot diff X X2")
    assert (found.difference.removed, found.difference.index_changed) == (("b",), False)


def test_help_is_an_answer(shell):
    """`%nbops help` says what `%nbops` can do."""
    from nbops.magics.parse import Help

    with pytest.raises(Help, match="undo"):
        shell.run("%nbops help")
