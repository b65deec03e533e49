"""A tracked cell stays an ordinary cell."""

from __future__ import annotations

import re
import traceback

import pytest
from IPython.core.error import UsageError
from IPython.utils.capture import capture_output

from nbops.errors import RunNotFound
from nbops.recording.get_run import get_run
from nbops.recording.list_runs import list_runs


def test_last_value_is_the_cells(shell):
    """The last expression is the cell's value and stands in `Out`."""
    assert shell.run("%%track\nC = 0.5\nC * 2") == 1.0
    assert shell.user_ns["Out"][shell.execution_count - 1] == 1.0
    run = get_run("last")
    assert (run.status, run.parameters, run.count) == ("FINISHED", {"C": 0.5}, shell.execution_count - 1)


def test_a_failure_fails_the_cell_at_its_line(shell, capsys):
    """The exception is the user's own, its traceback has the cell's line numbers, and the run is FAILED."""
    with pytest.raises(ZeroDivisionError) as raised:
        shell.run("%%track doomed\nx = 1\n\nx / 0")
    assert traceback.extract_tb(raised.value.__traceback__)[-1].lineno == 4
    run = get_run("last")
    assert (run.name, run.status, run.error["ename"]) == ("doomed", "FAILED", "ZeroDivisionError")
    shown = capsys.readouterr().out
    assert shown.count("ZeroDivisionError: division by zero") == 2, "once as traceback, once on the card"
    assert "nbops ✗ doomed · failed" in shown


def test_await_works_at_top_level(shell):
    """Cells may await, as in any notebook."""
    assert shell.run("%%track\nimport asyncio\nx = await asyncio.sleep(0, 7)\nx") == 7
    assert get_run("last").status == "FINISHED"


@pytest.mark.parametrize("track", ["%%track base", "%track base"])
@pytest.mark.parametrize("order", ["{track}\n%%time", "%%time\n{track}"])
def test_time_stacks_in_either_order(shell, capsys, track, order):
    """`%%time` times the cell, its names reach the namespace, and the run knows its parameters."""
    shell.run(f"{order.format(track=track)}\nC = 0.5\nscore = C * 1.5")
    assert shell.user_ns["score"] == 0.75
    shown = capsys.readouterr().out
    assert "Wall time" in shown
    assert shown.index("Wall time") < shown.index("nbops ✓ base")
    run = get_run("last")
    assert (run.parameters, run.metrics) == ({"C": 0.5}, {"score": 0.75})


@pytest.mark.parametrize("heads", ["%%track base\n%%capture kept", "%%capture kept\n%%track base"])
def test_capture_stacks_in_either_order(shell, capsys, heads):
    """`%%capture` keeps what the cell prints; the card is not part of that, and there is one run."""
    shell.run(f"{heads}\nprint('loud')\nC = 0.5")
    assert shell.user_ns["kept"].stdout == "loud\n"
    assert capsys.readouterr().out.count("nbops ✓ base") == 1
    runs = list_runs(hidden=True)
    assert [(run.name, run.status, run.parameters) for run in runs] == [("base", "FINISHED", {"C": 0.5})]


def test_a_first_line_track_means_the_same(shell):
    """Linters skip `%%` cells; `%track` leaves them something to read."""
    shell.run("%track base --params C\nC = 0.5\nD = 2")
    assert (get_run("last").name, get_run("last").parameters) == ("base", {"C": 0.5})


def test_explicit_names_are_exact(shell):
    """Flags narrow down what is captured."""
    shell.run(
        "%%track base --experiment late --params C --metrics a,b\nC = 0.5\nD = 2\na = C / 3\nb = C / 4\nc = C / 5"
    )
    run = get_run("last")
    assert (run.experiment, set(run.parameters), set(run.metrics)) == ("late", {"C"}, {"a", "b"})


@pytest.mark.parametrize("line", ["%%track --nope", '%%track "open', "%%track --params"])
def test_wrong_use_is_a_usage_error(shell, line):
    """Wrong words are told without a stack, and nothing of the cell runs."""
    with pytest.raises(UsageError):
        shell.run(f"{line}\ntouched = True")
    assert "touched" not in shell.user_ns


def test_a_name_may_have_several_words(shell):
    """The rest of the line is the name, with or without quotes."""
    shell.run("%%track second try\nC = 0.5")
    assert get_run("last").name == "second try"


def test_every_execution_is_a_run_linked_to_the_former(shell):
    """Running a cell again is a new run that knows the one before."""
    shell.run("%%track\nC = 0.5")
    first = get_run("last")
    shell.run("%%track\nC = 0.5")
    assert get_run("last").id != first.id
    assert get_run("last").rerun_of == first.id


def test_untracked_cells_are_no_runs(shell, capsys):
    """Without `%%track` nothing is shown and nothing is a run."""
    shell.run("C = 0.5")
    assert "nbops" not in capsys.readouterr().out
    with pytest.raises(RunNotFound):
        get_run("last")


def test_the_card_comes_last_and_names_no_machine(shell, stored_workspace):
    """Under everything that the cell showed stands one card, in text and HTML, without paths, ids or times."""
    with capture_output() as shown:
        shell.run("%%track base\nfrom IPython.display import display, HTML\ndisplay(HTML('mine'))\nC = 0.5")
    mine, card = shown.outputs
    assert mine.data["text/html"] == "mine"
    assert card.data["text/plain"].startswith("nbops ✓ base · C=0.5 · ")
    html = card.data["text/html"]
    assert "<details>" in html
    assert str(stored_workspace.project) not in html
    assert get_run("last").id[:8] not in html
    assert not re.search(r"\d\d:\d\d|20\d\d-", html)


def test_quiet_silences_cards(shell, capsys):
    """`%nbops quiet` shows none, `%nbops quiet off` shows them again; runs are recorded all the while."""
    shell.run("%nbops quiet")
    shell.run("%%track\nC = 0.5")
    assert "nbops ✓" not in capsys.readouterr().out
    shell.run("%nbops quiet off")
    shell.run("%%track\nC = 0.6")
    assert "nbops ✓" in capsys.readouterr().out
    assert len(list_runs()) == 2


def test_blocks_share_one_line(shell, capsys):
    """Runs of `with nbops.track` in a loop are told once, after the cell."""
    block = "    with nbops.track(f'C={C}', C=C) as run:\n        run.log(auc=C / 10)"
    shell.run(f"import nbops\nfor C in (1, 2, 3):\n{block}\nprint('done')")
    shown = capsys.readouterr().out
    assert shown.index("done") < shown.index("nbops ✓ 3 runs · auc 0.1 to 0.3")
    assert sorted(run.name for run in list_runs()) == ["C=1", "C=2", "C=3"]


def test_help_and_completion_know_the_cell_magic(shell, capsys):
    """`%%track?` explains, and Tab offers it."""
    shell.run("%%track?")
    assert "--no-data" in capsys.readouterr().out
    assert "%%track" in shell.Completer.all_completions("%%tra")
    offered = [word for start in ("%tra", "%run") for word in shell.Completer.all_completions(start)]
    assert {"%runs", "%track"} <= set(offered)
    assert shell.input_transformer_manager.check_complete("%%track")[0] == "incomplete"


def test_a_cell_that_already_ran_can_be_recorded(shell):
    """`%track last` and `%track N` make a run of a cell that nobody tracked."""
    shell.run("C = 0.5\nscore = C / 2")
    count = shell.execution_count - 1
    shell.run("x = 'between'")
    shell.run(f"%track {count}")
    run = get_run("last")
    assert (run.count, run.parameters, run.metrics) == (count, {"C": 0.5}, {"score": 0.25})


def test_a_run_may_be_called_like_a_number(shell):
    """`%%track 1` names the run of this cell; only `%track 1` means another."""
    shell.run("%%track 1\nC = 0.5")
    assert (get_run("last").name, get_run("last").parameters) == ("1", {"C": 0.5})


def test_names_may_have_spaces(shell):
    """Quotes hold a name together and are not part of it."""
    shell.run("%%track 'my run' --experiment \"late flights\"\nC = 0.5")
    assert (get_run("last").name, get_run("last").experiment) == ("my run", "late flights")
