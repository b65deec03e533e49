"""Output, warnings, resources and random state of a run, in MLflow and on our own screens."""

from __future__ import annotations

import json
import time
from pathlib import Path

from nbops.cli.show import describe
from nbops.recording.get_run import get_run
from nbops.recording.read_output import read_output

WARNED = ({"category": "UserWarning", "message": "careful", "count": 3},)
DREW = ({"generator": "numpy", "seeded": False, "state": "00" * 8}, {"generator": "rng", "seeded": True, "state": None})


def _artifact(client, run, path):
    return Path(client.download_artifacts(run.info.run_id, path)).read_text()


def _paths(client, run, folder):
    return {item.path for item in client.list_artifacts(run.info.run_id, folder)}


def test_a_person_with_plain_mlflow_sees_it(writer, drain, stored, client):
    """The output as a file, warnings in a tag and in the description, time and memory among the system metrics."""
    output = {"blob": writer.journal.put("one\ntwo ✓\n".encode()), "lines": 2, "written": 10, "cut": False}
    run = writer.run(
        output=output, warned=WARNED, drew=DREW, masked=2, duration=2.5,
        resources={"cpu_seconds": 1.25, "peak_bytes": 300_000_000},
    )  # fmt: skip
    drain()
    found = stored(run)
    assert _artifact(client, found, "nbops/output.txt") == "one\ntwo ✓\n"
    tags, note = found.data.tags, found.data.tags["mlflow.note.content"]
    assert tags["nbops.warnings"] == "UserWarning: careful (×3)"
    assert tags["nbops.random"] == f"numpy (no seed, state {'00' * 8}), rng (seeded)"
    assert tags["nbops.masked"] == "2"
    assert "⚠ UserWarning: careful (×3)" in note
    assert "drew from numpy without a seed" in note
    assert "2 secrets masked" in note
    measured = {name: value for name, value in found.data.metrics.items() if name.startswith("system/")}
    assert measured == {
        "system/duration_seconds": 2.5, "system/cpu_seconds": 1.25, "system/peak_memory_megabytes": 300.0,
    }  # fmt: skip


def test_our_screens_show_it_and_compare_none_of_it(stored_workspace, writer, drain):
    """`nbops show` tells it in words; time and memory are no metrics, also after the read model was rebuilt."""
    from nbops.recording.pull import pull

    output = {"blob": writer.journal.put(b"hello\n"), "lines": 1, "written": 6, "cut": True}
    run = writer.run(
        output=output, warned=WARNED, drew=DREW, masked=1, resources={"cpu_seconds": 1.0, "peak_bytes": 5e8}
    )
    drain()
    known = get_run(run)
    assert known.metrics == {"auc": 0.8}
    assert read_output(known, workspace=stored_workspace) == "hello\n"
    told = describe(known)
    for part in ("UserWarning: careful (×3)", "numpy (no seed), rng", "1 line, the last ones", "1 secret", "500.0 MB"):
        assert part in told
    for session in stored_workspace.journals.iterdir():
        for file in session.iterdir():
            file.unlink() if file.is_file() else None
    stored_workspace.read_model.unlink()
    pull(stored_workspace)
    assert get_run(run).metrics == {"auc": 0.8}
    assert read_output(get_run(run), workspace=stored_workspace) == ""


def test_ten_thousand_points_arrive_in_order_while_the_cell_runs(writer, drain, stored, client):
    """A loop's curve is in MLflow before the run ends, each point once."""
    run = writer.open("", time=time.time() - 10)
    for step in range(10_000):
        writer.log(run, step=step, metrics={"loss": 1 / (step + 1)})
    drain()
    found = stored(run)
    assert found.info.status == "RUNNING"
    history = client.get_metric_history(found.info.run_id, "loss")
    assert [point.step for point in history] == list(range(10_000))
    writer.log(run, step=10_000, metrics={"loss": 0.0})
    drain()
    writer.close(run, metrics={"loss": 0.0})
    drain()
    history = client.get_metric_history(found.info.run_id, "loss")
    assert [point.step for point in history] == list(range(10_001))
    assert get_run(run).metrics["loss"] == 0.0


def test_figures_that_hold_rows_stay_unless_they_may_leave(writer, stored_workspace):
    """A store that is not the workspace's own gets the picture of a chart, and not the values behind it."""
    from nbops.recording.writing.contents import files_of, withheld_of

    chart = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json", "mark": "point",
        "data": {"values": [{"a": 1, "b": 2}, {"a": 2, "b": 3}]},
        "encoding": {"x": {"field": "a", "type": "quantitative"}, "y": {"field": "b", "type": "quantitative"}},
    }  # fmt: skip
    artifacts = tuple(
        {"path": path, "blob": writer.journal.put(json.dumps(body).encode()), "rows": True}
        for path, body in (("figures/c.vl.json", chart), ("figures/p.plotly.json", {"data": []}))
    )
    run = get_run(writer.run(artifacts=artifacts))
    closed, folder = {"artifacts": artifacts}, stored_workspace.journals / run.session
    everything, _ = files_of(run, {}, closed, folder, None, rows=True)
    public, lost = files_of(run, {}, closed, folder, None, rows=False)
    assert {"figures/c.vl.json", "figures/p.plotly.json", "figures/c.png"} <= set(everything)
    assert [path for path in public if path.startswith("figures")] == ["figures/c.png"]
    assert public["figures/c.png"].startswith(b"\x89PNG")
    assert (withheld_of(closed), lost) == (["figures/c.vl.json", "figures/p.plotly.json"], [])


def test_drawing_a_chart_fetches_nothing():
    """A specification that names an address asks nobody for it; one that is none costs its picture only."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    from nbops.recording.writing.draw_chart import draw_chart

    asked = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}/x.csv"
    try:
        draw_chart(json.dumps({"data": {"url": address}, "mark": "point", "encoding": {"x": {"field": "a"}}}).encode())
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []
    assert draw_chart(b"no json") is None


def test_profiles_that_leave_the_workspace_are_coarse(writer, stored_workspace):
    """A store of others gets no value that only a few rows hold."""
    import pandas as pd

    from nbops.profiles.profile import profile
    from nbops.recording.writing.contents import files_of

    frame = pd.DataFrame({"city": ["Bern"] * 30 + ["Chur"] * 20 + ["Zug"]})
    blob = writer.journal.put(profile(frame).to_json().encode())
    run = get_run(writer.run())
    closed, folder = {"datasets": [{"name": "frame", "profile": blob}]}, stored_workspace.journals / run.session
    own, _ = files_of(run, {}, closed, folder, None, rows=True)
    public, _ = files_of(run, {}, closed, folder, None, rows=False)
    assert b"Zug" in own["data/frame.profile.json"]
    assert b"Zug" not in public["data/frame.profile.json"]
    assert b"Bern" in public["data/frame.profile.json"]
