"""What a cell prints and warns of, without anybody noticing that it is kept."""

from __future__ import annotations

import io
import sys
import time
import warnings

import pytest

from nbops.capture.surroundings.output import LONGEST, OutputListener


def printed(cells, closed):
    return cells.blob(closed.output["blob"]).decode() if closed.output else ""


def kept(write):
    listener = OutputListener()
    write(listener.take)
    return listener.output()


def test_what_a_cell_prints_is_kept_in_order(cells, capsys):
    """Both streams, as the user saw them, and only of that cell."""
    cells.run("print('before')")
    closed = cells.track("import sys\nprint('one')\nprint('two', file=sys.stderr)\nprint('three')")
    assert printed(cells, closed) == "one\ntwo\nthree\n"
    assert (closed.output["lines"], closed.output["cut"]) == (3, False)
    assert "three" in capsys.readouterr().out
    assert cells.track("k = 1").output == {}


def test_streams_stay_the_objects_that_they_are(cells):
    """Identity, attributes and what else was hung on a stream are the same during the cell and after it."""
    cells.run("import sys\nout, err = sys.stdout, sys.stderr\nnames = set(vars(out))")
    cells.track("same = [sys.stdout is out, sys.stderr is err, sys.stdout.write.__self__ is out]\nprint('x')")
    assert cells.shell.user_ns["same"] == [True, True, True]
    assert cells.run("set(vars(sys.stdout)) - names").result <= {"write", "softspace"}  # IPython's own
    own = sys.stdout.__dict__.get("write")
    assert own is None or "nbops" not in (getattr(own, "__module__", "") or "")


@pytest.mark.parametrize("first", ["%%track\n%%capture out", "%%capture out\n%%track"])
def test_captured_output_is_kept_and_captured(cells, first):
    """`%%capture` gets everything, and so does the run."""
    cells.run(f"{first}\nprint('hidden')")
    assert printed(cells, cells.closed[-1]) == "hidden\n"
    assert cells.shell.user_ns["out"].stdout == "hidden\n"


def test_streams_that_the_user_replaces_are_left_alone(cells):
    """What is written to another stream is not output; a stream that writes on is heard once."""
    closed = cells.track(
        "import sys, io, contextlib\nprint('seen')\n"
        "with contextlib.redirect_stdout(io.StringIO()) as other:\n    print('elsewhere')\n"
        "class Tee:\n"
        "    def __init__(self, to): self.to = to\n"
        "    def write(self, text): self.to.write(text.upper())\n"
        "    def flush(self): self.to.flush()\n"
        "kept = sys.stdout\nsys.stdout = Tee(kept)\nprint('loud')\nsys.stdout = kept"
    )
    assert printed(cells, closed) == "seen\nLOUD\n"
    assert cells.shell.user_ns["other"].getvalue() == "elsewhere\n"


def test_a_stream_left_replaced_does_not_matter(cells):
    """The user's stream stays in place, and what was shadowed is undone all the same."""
    original = sys.stdout
    try:
        cells.track("import sys, io\nmine = sys.stdout = io.StringIO()\nprint('x')")
        assert sys.stdout is cells.shell.user_ns["mine"]
        assert cells.shell.user_ns["mine"].getvalue() == "x\n"
        assert "write" not in vars(cells.shell.user_ns["mine"])
    finally:
        sys.stdout = original


def test_a_write_that_the_user_shadows_stays(cells):
    """Whoever hung a `write` of their own on the stream during the cell keeps it."""
    stream = io.StringIO()
    listener = OutputListener()
    former, sys.stdout = sys.stdout, stream
    try:
        listener.attach()
        ours = stream.write
        stream.write = lambda text: ours(text.upper())
        sys.stdout.write("a")
        listener.detach()
        sys.stdout.write("b")
    finally:
        sys.stdout = former
    assert (stream.getvalue(), listener.output().written) == ("AB", 2)


def test_streams_without_attributes_are_passed_over():
    """Where nothing can be hung on a stream nothing is kept, and nothing fails."""

    class Bare:
        __slots__ = ()

        def write(self, text):
            return len(text)

    listener = OutputListener()
    former, sys.stdout = sys.stdout, Bare()
    try:
        listener.attach()
        sys.stdout.write("x")
        listener.detach()
    finally:
        sys.stdout = former
    assert listener.output().text == ""


def test_progress_bars_are_folded_to_their_last_state():
    """Ten thousand updates of a bar are one line, without colours."""

    def bar(write):
        write("start\n")
        for done in range(10_000):
            write(f"\r\x1b[32m{done / 100:.0f}%|{'█' * 40}|\x1b[0m eta 3 s")
        write("\nend\n")

    assert kept(bar).text == f"start\n100%|{'█' * 40}| eta 3 s\nend\n"
    assert kept(lambda write: write("12\x08\x083 of 4\r\n")).text == "3 of 4\n"
    assert kept(lambda write: write("half\r")).text == "half"


def test_chatty_cells_cost_little():
    """Of 100 MB the last 16 KB stay, from a whole line on, in a second and without more memory than that."""
    import tracemalloc

    listener = OutputListener()
    line = "x" * 99 + "\n"
    listener.take("first\n")
    tracemalloc.start()
    start = time.process_time()
    for _ in range(1_000_000):
        listener.take(line)
    took = time.process_time() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    output = listener.output()
    assert (output.written, output.cut) == (100_000_006, True)
    assert LONGEST - 100 <= len(output.text) <= LONGEST
    assert set(output.text.splitlines()) == {"x" * 99}
    assert peak < 2_000_000
    assert took < 15  # under tracemalloc; some 0.2 s without


def test_one_huge_text_is_cut():
    """A single write larger than the ring leaves its end."""
    output = kept(lambda write: write("a\n" * 5_000_000))
    assert (len(output.text) <= LONGEST, output.cut) == (True, True)


def test_secrets_in_outputs_are_masked(cells, monkeypatch):
    """By name, shape and value, also where the edge of what is kept would halve them."""
    monkeypatch.setenv("SERVICE_TOKEN", "value-of-the-environment")
    closed = cells.track("import os\nprint('password = \"hunter2222\"')\nprint('got', os.environ['SERVICE_TOKEN'])")
    assert printed(cells, closed) == 'password = "[masked]"\ngot [masked]\n'
    assert closed.masked == 3  # one of them in the code
    assert closed.tags["nbops.masked"] == "3"
    edge = kept(lambda write: write("x" * 50_000 + "value-of-the-environment" + "y" * (LONGEST - 8)))
    assert "environment" not in edge.text


def test_a_failing_cell_keeps_what_it_printed(cells):
    """Up to the failure."""
    assert "almost" in printed(cells, cells.track("print('almost')\n1 / 0", fails=True))


def test_warnings_are_counted_by_category_and_message(cells):
    """Each once, with how often, secrets masked; ours and those that filters drop are none."""
    closed = cells.track(
        "import warnings\nwarnings.simplefilter('always')\n"
        "for _ in range(3):\n    warnings.warn('careful')\n"
        "warnings.warn('api_key = \"abcd12345\"', DeprecationWarning)\n"
        "warnings.filterwarnings('ignore', message='unheard')\nwarnings.warn('unheard')"
    )
    assert closed.warned == (
        {"category": "UserWarning", "message": "careful", "count": 3},
        {"category": "DeprecationWarning", "message": 'api_key = "[masked]"', "count": 1},
    )


def test_the_machinery_of_warnings_is_the_users(cells):
    """`showwarning` is theirs, and what they catch inside the cell is caught, not ours."""
    before = (warnings.showwarning, warnings.formatwarning, warnings._showwarnmsg)
    cells.run("import warnings\nmine = []")
    closed = cells.track(
        "original = warnings.showwarning\n"
        "with warnings.catch_warnings(record=True) as caught:\n"
        "    warnings.simplefilter('always')\n    warnings.warn('inside')\n"
        "with warnings.catch_warnings():\n"
        "    warnings.simplefilter('always')\n"
        "    warnings.showwarning = lambda *told, **more: mine.append(str(told[0]))\n    warnings.warn('shown')\n"
        "same = warnings.showwarning is original"
    )
    assert [str(item.message) for item in cells.shell.user_ns["caught"]] == ["inside"]
    assert cells.shell.user_ns["mine"] == ["shown"]
    assert cells.shell.user_ns["same"]
    assert [item["message"] for item in closed.warned] == ["shown"]
    assert (warnings.showwarning, warnings.formatwarning, warnings._showwarnmsg) == before


def test_the_card_tells_of_warnings_and_masks(cells):
    """A person who looks at the card sees how many there were."""
    from nbops.widgets.card import card_of_records
    from nbops.widgets.run_card import run_card

    closed = cells.track(
        "import warnings\nwarnings.warn('careful')\nprint('token = \"abcd-12345\"')\nsecret = 'abc12345'"
    )
    shown = run_card(card_of_records(cells.opened[-1], closed))
    assert "1 warning" in shown.text
    assert "secrets masked" in shown.text
    assert "UserWarning: careful" in shown.html
