"""The executed notebook: whole at any moment, clean, of bearable size; and what is shown while it grows."""

from __future__ import annotations

import io
import json
import sys
import threading

import nbformat
import pytest

from nbops.errors import PipelineError, PipelineFailed
from nbops.pipelines.running.bar import bar
from nbops.pipelines.running.cell_title import cell_title
from nbops.pipelines.running.clean_notebook import CleanNotebook
from nbops.pipelines.running.failing_line import failing_line
from nbops.pipelines.running.list_running import list_running
from nbops.pipelines.running.run import run
from nbops.pipelines.running.shorten import LONGEST_TEXT, shorten
from nbops.recording.list_runs import list_runs


def test_a_reader_never_sees_half_of_it(ground, notebook):
    """While cells with large outputs come and go, every look at the file gives a whole notebook that only grows."""
    cells = [f"print('x' * 400_000)\nprint({number})" for number in range(12)]
    path, target = notebook("growing.ipynb", *cells), ground.project / "grown.ipynb"
    looks, over, broken = set(), threading.Event(), []

    def read():
        while not over.is_set():
            try:
                executed = json.loads(target.read_text())
            except FileNotFoundError:
                continue
            except ValueError as error:
                broken.append(error)
                return
            looks.add(sum(bool(cell.get("outputs")) for cell in executed["cells"]))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        run(path, output=target, workspace=ground)
    finally:
        over.set()
        reader.join()
    assert not broken
    assert len(looks) > 3, "it is written as it runs"
    assert max(looks) == len(cells)
    assert not list(ground.project.glob(".*grown*"))


def test_an_endless_output_is_cut_and_says_so(ground, notebook):
    """Thirty million characters are printed; beginning and end are kept, and a sentence stands between them."""
    path = notebook("noisy.ipynb", "print('begin')\nfor _ in range(300):\n    print('y' * 100_000)\nprint('end')")
    run(path, output="noisy-out.ipynb", workspace=ground)
    (output,) = nbformat.read(ground.project / "noisy-out.ipynb", 4).cells[0].outputs
    assert output.text.startswith("begin\n")
    assert output.text.endswith("y\nend\n")
    assert output.text.count("nbops left out the middle of this output") == 1
    assert len(output.text) < LONGEST_TEXT + 200


def test_large_contents_are_left_out_by_name():
    """Only what is too large goes; what is small beside it stays."""
    output = {"output_type": "display_data", "data": {"text/plain": "<plot>", "text/html": "x" * 12_000_000}}
    kept = shorten(output)["data"]
    assert kept == {
        "text/plain": "<plot>\n[nbops left out 12 MB of text/html: one output of a pipeline's notebook may hold 10 MB]"
    }
    small = {"output_type": "display_data", "data": {"image/png": "x" * 9_000_000}}
    assert shorten(small) is small


def test_every_kind_of_output_is_clean():
    """Printed, shown as HTML, JSON or SVG, raised, put into metadata or sources; pictures stay as they are."""
    secret = "ghp_" + "a1B2" * 9
    made = nbformat.v4.new_notebook(metadata={"papermill": {"parameters": {"password": "hunter2!", "C": 0.5}}})
    outputs = [
        nbformat.v4.new_output("stream", text=f"got {secret}\n"),
        nbformat.v4.new_output("display_data", {"text/html": f"<b>{secret}</b>", "application/json": {"a": [secret]}}),
        nbformat.v4.new_output("display_data", {"image/svg+xml": f"<text>{secret}</text>", "image/png": "aGVsbG8="}),
        nbformat.v4.new_output("error", ename="E", evalue=secret, traceback=["line", f"\x1b[31m{secret}\x1b[0m"]),
        nbformat.v4.new_output("stream", text="\x1b[32mpassword\x1b[0m \x1b[31m= 'correct.horse9'\x1b[0m"),
        nbformat.v4.new_output("stream", text="\x1b[32mgreen\x1b[0m"),
    ]
    made.cells = [nbformat.v4.new_code_cell(f"x = '{secret}'", outputs=outputs)]
    before = json.dumps(made)
    clean = CleanNotebook().of(made)
    text = nbformat.writes(clean)
    assert secret not in text
    assert "hunter2!" not in text
    assert "correct.horse9" not in text, "colours between name and value hide neither"
    assert clean.cells[0].outputs[-1].text == "\x1b[32mgreen\x1b[0m"
    assert clean.metadata.papermill.parameters.C == 0.5
    assert clean.cells[0].outputs[2].data["image/png"] == "aGVsbG8="
    assert text.count("[masked]") >= 7
    assert json.dumps(made) == before, "the notebook that is being executed stays as it is"


def test_a_cell_that_changes_is_looked_at_again():
    """What was clean before is looked at anew when it says something else, of the same length."""
    cell = nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("stream", text="x" * 40)])
    made, cleaner = nbformat.v4.new_notebook(cells=[cell]), CleanNotebook()
    assert cleaner.of(made).cells[0].outputs[0].text == "x" * 40
    cell.outputs[0]["text"] = "ghp_" + "a1B2" * 9
    assert "ghp_" not in cleaner.of(made).cells[0].outputs[0].text


def test_titles_say_what_a_cell_does():
    """Comments, cell magics and imports come last; secrets and what steers a terminal never."""
    assert cell_title("# fit\n%%time\nimport math\nfrom a import b\n\n  model.fit(X)\n") == "model.fit(X)"
    assert cell_title("import math\nimport os") == "import math"
    assert cell_title("# only words") == "# only words"
    assert "\x1b" not in cell_title("x = '\x1b[31m'")
    assert "hunter2x9" not in cell_title("password = 'hunter2x9'")
    assert len(cell_title("x" * 500)) == 80


def test_the_failing_line_is_that_of_the_cell():
    """The outermost frame counts, also of a SyntaxError; where IPython says nothing, neither do we."""
    source = "a = 1\nb = f(a)"
    traceback = [
        "\x1b[31m---\x1b[0m",
        "Cell In[3], line 2\n      1 a = 1\n----> 2 b = f(a)",
        "Cell In[1], line 1, in f",
    ]
    assert failing_line(source, traceback) == (2, "b = f(a)")
    assert failing_line("a = (", ["  Cell In[1], line 1\n    a = (\n        ^\nSyntaxError: never closed"]) == (
        1,
        "a = (",
    )
    assert failing_line(source, ["KernelDied: gone"]) == (0, "")
    assert failing_line("one line", ["Cell In[3], line 9"]) == (0, "")


def test_a_log_gets_a_line_for_each_cell(monkeypatch):
    """Not a terminal: what runs, how far it is, how long it took."""
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    with bar("train", shown=True) as step:
        step(0, 3, "x = 1")
        step(2, 3, "model.fit(x)")
    assert said.getvalue().splitlines() == [
        "train: starting the kernel …", "train: cell 1/3 · x = 1 · 0:00", "train: cell 3/3 · model.fit(x) · 0:00",
    ]  # fmt: skip
    with bar("train", shown=False) as step:
        assert step is None


def test_a_terminal_gets_one_line_that_goes(monkeypatch):
    """It is drawn over itself and leaves nothing behind."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    said = Terminal()
    monkeypatch.setattr(sys, "stderr", said)
    monkeypatch.setenv("COLUMNS", "60")
    with bar("train", shown=True) as step:
        step(1, 4, "model.fit(x)")
    drawn = said.getvalue().split("\r")
    assert drawn[1].rstrip() == "train: starting the kernel … 0:00"
    assert drawn[2].rstrip() == "train ███░░░░░░░░░ cell 2/4 0:00  model.fit(x)"
    assert (drawn[-2].strip(), drawn[-1]) == ("", "")
    assert "\n" not in said.getvalue()


@pytest.mark.parametrize(("last", "status"), [("score = 2.5", "FINISHED"), ("raise OSError('away')", "FAILED")])
def test_a_place_that_goes_away_costs_no_computation(ground, notebook, caplog, last, status):
    """The output folder becomes a file meanwhile: the run is what it was, and one sentence says so."""
    folder = ground.project / "away"
    folder.mkdir()
    swap = "import pathlib, shutil\nshutil.rmtree('away')\n_ = pathlib.Path('away').write_text('')"
    path = notebook("swapped.ipynb", swap, "b = 1", last)
    kind, told = {
        "FINISHED": (PipelineError, r"ended well, but the executed notebook out\.ipynb could not be written: "),
        "FAILED": (PipelineFailed, "raised OSError: away"),
    }[status]
    try:
        with pytest.raises(kind, match=told):
            run(path, output=folder / "out.ipynb", workspace=ground)
    finally:
        folder.unlink()
    done = list_runs(ground, kind="pipeline")[0]
    assert (done.notebook, done.status) == ("swapped.ipynb", status)
    assert not list_running(ground)
    assert sum("cannot be written now" in record.message for record in caplog.records) == 1


def test_what_cannot_be_noted_hides_no_cause(ground, notebook, monkeypatch):
    """The read model is broken when a cell has failed: that cell is what the caller hears of."""
    from nbops.pipelines.running import run as module

    def broken(*_):
        raise OSError("no space left")

    monkeypatch.setattr(module, "ReadModel", broken)
    said = []
    monkeypatch.setattr("nbops.capture.boundary._show", said.append)
    with pytest.raises(PipelineFailed, match="ZeroDivisionError"):
        run(notebook("cause.ipynb", "1 / 0"), workspace=ground)
    assert "the runs of a pipeline: OSError: no space left" in str(said[0])


@pytest.mark.slow
def test_many_outputs_do_not_fail_a_healthy_pipeline(ground, notebook):
    """Outputs may take longer than papermill's four seconds to arrive after the cell has ended."""
    path = notebook("many.ipynb", "for number in range(20_000):\n    display(number)", "score = 1.5")
    assert run(path, output="many-out.ipynb", workspace=ground).metrics == {"score": 1.5}
