import time

import pytest

from fed_workspace import HOSTILE, add_explained, feed, run_id
from nbops.pipelines.resuming.resumable import note_run
from nbops.pipelines.running.heartbeat import Heartbeat, Running
from nbops.processes import this_process
from nbops.recording.folding.read_model import ReadModel
from nbops.workspace import Workspace
from real_jupyter import running_jupyter


@pytest.fixture(scope="module")
def fed(tmp_path_factory):
    """A Jupyter server on a project with runs, a model, a watch and a pipeline."""
    root = tmp_path_factory.mktemp("fed").resolve()
    feed(root)
    with running_jupyter(root, tmp_path_factory.mktemp("home"), NBOPS_RECORDER="off") as server:
        yield server


def test_runs_come_latest_first_with_what_lists_need(fed):
    """A page has the runs, how many there are, and how many wait for MLflow."""
    page = fed.ask("nbops/runs", limit=2).json
    assert [run["run_id"] for run in page["runs"]] == [run_id(5), run_id(4)]
    assert (page["total"], page["pending"]) == (6, 6)
    run = page["runs"][0]
    assert (run["name"], run["status"], run["params"]) == ("RandomForest", "FINISHED", {"trees": 300})
    assert (run["open_path"], run["cell"]) == ("wine.ipynb", "cell-3")
    assert "environment" not in run


def test_pages_follow_each_other(fed):
    """The offset passes over newer runs."""
    assert [run["run_id"] for run in fed.ask("nbops/runs", limit=2, offset=4).json["runs"]] == [run_id(1), run_id(6)]


def test_runs_can_be_narrowed(fed):
    """By notebook, by status, by words."""
    here = fed.ask("nbops/runs", scope="notebook", notebook="wine.ipynb").json
    assert (here["total"], len(here["runs"])) == (5, 5)
    assert [run["run_id"] for run in fed.ask("nbops/runs", status="FAILED").json["runs"]] == [run_id(4)]
    assert [run["run_id"] for run in fed.ask("nbops/runs", query="forest").json["runs"]] == [run_id(5)]
    assert fed.ask("nbops/runs", query="nothing-like-it").json["total"] == 0


def test_one_run_tells_everything(fed):
    """The beginning of an id is enough."""
    run = fed.ask(f"nbops/runs/{run_id(5)}").json
    assert (run["run_id"], run["git"]["dirty"], run["snapshots"][0]["rows"]) == (run_id(5), True, 65_321)
    assert "environment" in run
    missing = fed.ask("nbops/runs/ffffffff")
    assert (missing.status, missing.json["error"]) == (404, "RunNotFound")


def test_hostile_text_travels_as_data(fed):
    """Names are neither cut nor escaped; the answer is JSON and says so."""
    answer = fed.ask("nbops/runs", query="onerror")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json["runs"][0]["name"] == HOSTILE


def test_models_have_their_versions_latest_first(fed):
    """With aliases and the state of their drift."""
    (model,) = fed.ask("nbops/models").json["models"]
    assert model["name"] == "wine"
    assert [(version["version"], version["aliases"]) for version in model["versions"]] == [
        (2, ["challenger"]),
        (1, ["champion"]),
    ]


def test_watches_have_their_reports_oldest_first(fed):
    """The watch has the state of its latest report."""
    (watch,) = fed.ask("nbops/drift").json["watches"]
    assert (watch["name"], watch["state"]) == ("wine", "alert")
    assert [report["label"] for report in watch["reports"]] == ["2013-01", "2013-02", "2013-03", "2013-04"]
    assert fed.ask("nbops/status").json["alerts"] == 1


def test_pipelines_tell_where_they_open(fed):
    """The notebook's path is the file browser's."""
    (pipeline,) = fed.ask("nbops/pipelines").json["pipelines"]
    assert (pipeline["name"], pipeline["open_path"], pipeline["verified"]) == ("wine", "pipelines/wine.ipynb", True)


def test_pipelines_tell_whether_their_proof_holds(fed):
    """Verified, stale once the notebook is edited, not verified when it cannot be read; each with the reason."""
    path = fed.root / "pipelines/wine.ipynb"
    proven = path.read_bytes()
    try:
        states = []
        for content in (proven, proven.replace(b"C = 1.0", b"C = 2.0"), b"{"):
            path.write_bytes(content)
            (pipeline,) = fed.ask("nbops/pipelines").json["pipelines"]
            states.append(pipeline["state"])
            assert pipeline["reason"]
    finally:
        path.write_bytes(proven)
    assert states == ["verified", "stale", "unverified"]


def test_what_a_promotion_would_keep_is_told_without_doing_it(fed):
    """Kept and left out cells with reasons and lines; what cannot be promoted is a conflict with a hint."""
    run = add_explained(Workspace(fed.root / ".nbops"), 7)
    answer = fed.ask(f"nbops/runs/{run}/explanation")
    assert answer.status == 200, answer.text
    told = answer.json
    assert [cell["index"] for cell in told["kept"]] == [1, 2, 4, 5, 7]
    assert [cell["source"].partition(" ")[0] for cell in told["dropped"]] == ["unused3", "unused6"]
    assert (told["kept"][0]["lines"], told["kept"][0]["readers"]) == ([1], [2])
    assert (told["total"], told["open_path"], told["target"]) == (7, "wine.ipynb", 7)
    refused = fed.ask(f"nbops/runs/{run_id(4)}/explanation")
    assert (refused.status, refused.json["error"]) == (409, "RunNotUsable")
    assert run[:8] in refused.json["hint"]
    assert [path.name for path in fed.root.rglob("*.ipynb")] == ["wine.ipynb"]
    fed.ask(f"nbops/runs/{run}", "DELETE")


def test_what_runs_now_is_told_and_can_be_stopped(fed):
    """Whoever started it, with the server's time; cancelling what does not run is a conflict."""
    workspace = Workspace(fed.root / ".nbops")
    running = Running(run="c" * 32, pipeline="late", path="pipelines/wine.ipynb", owner=this_process(), cells=9)
    beat = Heartbeat(workspace, running)
    note_run(
        "c" * 32,
        workspace.project / "pipelines/wine.ipynb",
        {"C": 0.1, "api_key": "sk-0123456789abcdef0123"},
        workspace,
    )
    beat.say(cell=3, title="fit()", started=time.time() - 60)
    try:
        page = fed.ask("nbops/running").json
    finally:
        beat.end()
    (shown,) = page["running"]
    assert (shown["pipeline"], shown["cell"], shown["cells"], shown["title"]) == ("late", 3, 9, "fit()")
    assert (shown["state"], shown["open_path"]) == ("running", "pipelines/wine.ipynb")
    assert shown["parameters"] == {"C": 0.1}
    assert not shown.keys() & {"pid", "host", "boot", "kernel"}
    assert 59 <= page["now"] - shown["started"] < 120
    assert fed.ask("nbops/running").json == {"running": [], "now": 0}
    refused = fed.ask(f"nbops/running/{run_id(3)}/cancel", "POST", {})
    assert (refused.status, refused.json["error"]) == (409, "RunNotUsable")
    assert fed.ask("nbops/running/ffffffff/cancel", "POST", {}).status == 404


def test_a_run_is_starred_hidden_and_named(fed):
    """The answer is the run as it is now, and the read model agrees."""
    path = f"nbops/runs/{run_id(2)}"
    done = fed.ask(path, "PATCH", {"star": True, "name": "--best", "note": "keep"})
    assert (done.status, done.json["starred"], done.json["name"], done.json["note"]) == (200, True, "--best", "keep")
    assert fed.ask(path, "PATCH", {"star": False, "hide": True}).json["hidden"] is True
    assert run_id(2) not in {run["run_id"] for run in fed.ask("nbops/runs").json["runs"]}
    assert fed.ask(path, "PATCH", {"hide": False}).json["hidden"] is False
    assert fed.ask("nbops/runs/ffffffff", "PATCH", {"star": True}).json["error"] == "RunNotFound"


def test_a_deleted_run_can_be_brought_back(fed):
    """Deleting is soft."""
    path = f"nbops/runs/{run_id(5)}"
    assert fed.ask(path, "DELETE").status == 204
    assert fed.ask("nbops/runs").json["total"] == 5
    assert fed.ask(path, "PATCH", {"deleted": False}).json["deleted"] is False
    assert fed.ask("nbops/runs").json["total"] == 6


def test_a_promotion_that_fails_says_why(fed):
    """202 at once, then an errand that ends with the one shape of errors."""
    begun = fed.ask("nbops/pipelines", "POST", {"run": "ffffffff"})
    assert (begun.status, begun.json["state"]) == (202, "running")
    assert begun.headers["Location"].endswith(f"nbops/errands/{begun.json['key']}")
    errand = await_errand(fed, begun.json["key"])
    assert (errand["state"], errand["error"]["error"]) == ("failed", "RunNotFound")


def await_errand(server, key):
    for _ in range(300):
        errand = server.ask(f"nbops/errands/{key}").json
        if errand["state"] != "running":
            return errand
        time.sleep(0.1)
    raise AssertionError("the errand did not end")


def test_ten_thousand_runs_are_listed_in_time(tmp_path):
    """A page of ten thousand runs and a thousand versions takes 50 ms or less, the read model being folded."""
    from nbops.capture.journal.journal import Journal
    from nbops.server.pages.models import models_page
    from nbops.server.pages.runs import runs_page
    from nbops.server.place import find_place
    from nbops.workspace import open_workspace

    workspace = open_workspace(tmp_path)
    _many_runs(Journal(workspace, "20260101T000000-00000001"), 10_000)
    model = ReadModel(workspace)
    with model.open(write=True) as connection:
        rows = [
            ("version", f"m{i}", 0.0, f'{{"name": "m{i % 50}", "version": {i}, "aliases": []}}') for i in range(1000)
        ]
        connection.executemany("INSERT INTO documents VALUES (?, ?, ?, ?)", rows)
    place = find_place(tmp_path)
    anything = {"query": None, "status": None}
    runs_page(place, "", anything, hidden=False, limit=100, offset=0)
    assert _p95(lambda: runs_page(place, "", anything, hidden=False, limit=100, offset=0)) <= 0.05
    assert _p95(lambda: runs_page(place, "wine.ipynb", anything, hidden=False, limit=100, offset=0)) <= 0.05
    assert _p95(lambda: models_page(place)) <= 0.05


def _many_runs(journal, count):
    from fed_workspace import add_run
    from nbops.capture.journal.records import Session
    from nbops.processes import this_process

    append = journal.append
    journal.append = lambda record: append(record, durable=False)
    journal.append(Session(session=journal.folder.name, owner=this_process(), time=0.0, notebook="wine.ipynb"))
    for number in range(count):
        add_run(journal, number, f"run {number}", "wine.ipynb", f"cell-{number % 40}", float(number), C=number)


def _p95(call):
    times = []
    for _ in range(20):
        start = time.process_time()  # of this process, however busy the machine is
        call()
        times.append(time.process_time() - start)
    return sorted(times)[18]


def test_a_pipeline_is_verified_again_as_an_errand(fed):
    """It is answered at once, and ends with the verdict, or with why there is nothing to compare with."""
    begun = fed.ask("nbops/pipelines/wine/verifications", "POST", {})
    assert (begun.status, begun.json["verb"]) == (202, "verify")
    for _ in range(300):
        errand = fed.ask(f"nbops/errands/{begun.json['key']}").json
        if errand["state"] != "running":
            break
        time.sleep(0.1)
    assert (errand["state"], errand["error"]["error"]) == ("failed", "PipelineError")
    assert "wine does not say which run it was promoted from" in errand["error"]["message"]
