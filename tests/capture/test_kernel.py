"""In a real kernel, through nbclient: failing cells fail, inline figures and cell ids arrive, a pipeline is one run."""

from __future__ import annotations

import hashlib
import json

import pytest

from nbops.capture.journal.journal import read_blob, read_journal
from nbops.capture.journal.records import FAILED, FINISHED, KILLED, Execution, RunClosed, RunOpened
from nbops.workspace import Workspace


def execute(project, *sources, fails=False):
    """Run cells in a fresh kernel and return the executed notebook with the journal's folder and records."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(project)}}
    )
    if fails:
        with pytest.raises(CellExecutionError):
            client.execute()
    else:
        client.execute()
    folders = sorted(Workspace(project / ".nbops").journals.iterdir())
    return notebook, folders[-1], read_journal(folders[-1]).records


def kind(records, which):
    return [record for record in records if isinstance(record, which)]


def test_a_notebook_in_a_kernel(project):
    """Inline figures, awaiting cells and a failing last cell, in one kernel."""
    notebook, folder, records = execute(
        project,
        "%load_ext nbops",
        "%%track\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]); C = 2",
        "%%track\nimport asyncio\nawait asyncio.sleep(0.01)\nrate = len('ab') / 8",
        "%%track\nfig, ax = plt.subplots()\nax.plot([3, 1])\nplt.show()\nk = 1",
        "%%track\nplt.close('all')\nk = 5\nfigure = plt.figure(); figure.gca().plot([2, 3]); plt.close(figure)\nfigure",
        "%%track\n1 / 0",
        fails=True,
    )
    plot, awaited, shown, last, failed = kind(records, RunClosed)
    assert [record.count for record in kind(records, RunOpened)] == [2, 3, 4, 5, 6]
    assert [item["path"] for item in plot.artifacts] == ["figures/figure-1.png"]
    assert [item["path"] for item in shown.artifacts] == ["figures/figure-1.png"]
    assert [item["path"] for item in last.artifacts] == ["figures/figure-1.png"]
    assert read_blob(folder, plot.artifacts[0]["blob"]).startswith(b"\x89PNG")
    assert any("image/png" in output.get("data", {}) for output in notebook.cells[1].outputs)
    assert awaited.metrics == {"rate": 0.25}
    assert (plot.status, failed.status, failed.error["ename"]) == (FINISHED, FAILED, "ZeroDivisionError")
    assert kind(records, Execution)[0].observed is False


def test_the_cell_id_of_jupyterlab(project):
    """JupyterLab sends the cell's id with the request; it is in both records."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(cwd=str(project))
    try:
        client.execute_interactive("%load_ext nbops", timeout=60)
        content = {"code": "%%track\nk = 1", "silent": False, "store_history": True, "user_expressions": {}}
        message = client.session.msg("execute_request", content | {"allow_stdin": False}, metadata={"cellId": "cell-1"})
        client.shell_channel.send(message)
        reply = client.get_shell_msg(timeout=60)
        assert reply["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    (folder,) = Workspace(project / ".nbops").journals.iterdir()
    records = read_journal(folder).records
    assert [record.cell for record in kind(records, RunOpened)] == ["cell-1"]
    assert kind(records, Execution)[-1].cell == "cell-1"


def test_an_interrupt_from_outside(project):
    """A kernel that is interrupted ends its run as KILLED and keeps what was computed."""
    _, _, records = execute(
        project,
        "%load_ext nbops",
        "%%track\nC = 3\nloss = C / 4\nimport os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(30)",
        fails=True,
    )
    (closed,) = kind(records, RunClosed)
    assert (closed.status, closed.parameters, closed.metrics) == (KILLED, {"C": 3}, {"loss": 0.75})


def pipeline(project, monkeypatch, *targets):
    spec = {
        "run": "f" * 32,
        "name": "nightly",
        "targets": [hashlib.sha256(source.encode()).hexdigest() for source in targets],
        "parameters": {"C": 0.5},
        "experiment": "flights",
    }
    path = project / "spec.json"
    path.write_text(json.dumps(spec))
    monkeypatch.setenv("NBOPS_PIPELINE_SPEC", str(path))


def test_a_pipeline_is_one_run(project, monkeypatch):
    """Target cells are captured into it; `finish` ends it before the kernel does."""
    first, second = "depth = 2\nacc = C / 5", "loss = acc / 2"
    pipeline(project, monkeypatch, first, second)
    _, _, records = execute(
        project, "%load_ext nbops", "C = 0.5\nother = C / 3", first, second,
        "from nbops.capture.cells.pipeline_mode import finish\nfinish('FINISHED')",
    )  # fmt: skip
    (opened,), (closed,) = kind(records, RunOpened), kind(records, RunClosed)
    assert (opened.run, opened.kind, opened.name, opened.experiment) == ("f" * 32, "pipeline", "nightly", "flights")
    assert (closed.status, closed.metrics) == (FINISHED, {"acc": 0.1, "loss": 0.25 * 0.2})
    assert closed.parameters == {"C": 0.5, "depth": 2}


def test_a_failing_pipeline_is_failed(project, monkeypatch):
    """The first failing cell ends the run, whether it is a target or not."""
    pipeline(project, monkeypatch)
    _, _, records = execute(project, "%load_ext nbops", "raise ValueError('bad')", fails=True)
    (closed,) = kind(records, RunClosed)
    assert (closed.status, closed.error["evalue"]) == (FAILED, "bad")


def test_output_in_a_kernel(project):
    """What ipykernel's streams and a child process print is kept and shown, once each, also under `%%capture`."""
    notebook, folder, records = execute(
        project,
        "%load_ext nbops",
        "%%track\nimport sys, warnings\nprint('out')\nprint('err', file=sys.stderr)\nwarnings.warn('careful')\n"
        "same = type(sys.stdout).__name__",
        "%%track\n%%capture kept\nprint('hidden')",
        "print(repr(kept.stdout), same, 'write' in vars(sys.stdout))",
        "%%track\nfor n in range(1000):\n    print(f'\\r{n} of 1000', end='')",
    )
    first, second, third = kind(records, RunClosed)
    text = read_blob(folder, first.output["blob"]).decode()
    assert text.startswith("out\nerr\n")
    assert "UserWarning: careful" in text
    assert first.warned == ({"category": "UserWarning", "message": "careful", "count": 1},)
    shown = "".join(output.get("text", "") for output in notebook.cells[1].outputs if output.output_type == "stream")
    assert shown.count("out\n") == 1
    assert read_blob(folder, second.output["blob"]) == b"hidden\n"
    assert notebook.cells[3].outputs[0]["text"].startswith("'hidden\\n' OutStream")
    assert read_blob(folder, third.output["blob"]) == b"999 of 1000"
    assert first.resources["peak_bytes"] > 10_000_000


def test_figures_of_plotly_and_altair_in_a_kernel(project):
    """Shown, bound, or both: each is kept once."""
    _, folder, records = execute(
        project,
        "%load_ext nbops\nimport plotly.graph_objects as go, plotly.io as pio, altair as alt, pandas as pd\n"
        "pio.renderers.default = 'plotly_mimetype'",
        "%%track\nfig = go.Figure(go.Scatter(x=[1, 2], y=[3, 4]))\nfig.show()\nfig",
        "%%track\nfor n in (1, 2):\n    go.Figure(go.Bar(y=[n])).show()",
        "%%track\nfrom IPython.display import display\n"
        "chart = alt.Chart(pd.DataFrame({'a': [1]})).mark_point().encode(x='a')\ndisplay(chart)",
    )
    bound, loop, chart = ([item["path"] for item in closed.artifacts] for closed in kind(records, RunClosed))
    assert bound == ["figures/fig.plotly.json"]
    assert loop == ["figures/figure-1.plotly.json", "figures/figure-2.plotly.json"]
    assert chart == ["figures/chart.vl.json"]
    assert read_blob(folder, kind(records, RunClosed)[0].artifacts[0]["blob"]).startswith(b"{")


def test_papermill_keeps_outputs(project, tmp_path):
    """A notebook that papermill runs records what its cells print, and papermill's own output is complete."""
    import nbformat
    import papermill

    sources = ["%load_ext nbops", "%%track\nprint('from papermill')\nk = 1"]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(notebook, project / "in.ipynb")
    done = papermill.execute_notebook(
        str(project / "in.ipynb"), str(tmp_path / "out.ipynb"), cwd=str(project), progress_bar=False
    )
    (folder,) = Workspace(project / ".nbops").journals.iterdir()
    (closed,) = kind(read_journal(folder).records, RunClosed)
    assert read_blob(folder, closed.output["blob"]) == b"from papermill\n"
    assert any("from papermill" in output.get("text", "") for output in done.cells[1].outputs)
