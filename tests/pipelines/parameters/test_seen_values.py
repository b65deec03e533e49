"""What earlier runs were given, from a workspace's own runs."""

from __future__ import annotations

from nbops.capture.journal.journal import Journal
from nbops.capture.journal.records import FAILED, FINISHED, RunClosed, RunOpened, Session
from nbops.pipelines.parameters.seen_values import seen_values
from nbops.processes import this_process
from nbops.recording.get_run import get_run
from nbops.workspace import open_workspace


def test_runs_of_the_same_cell_say_what_was_varied(tmp_path):
    """Numbers give a range, words and None choices; other cells, other code and pipelines' runs do not count."""
    workspace = open_workspace(tmp_path)
    journal = Journal(workspace, "20260101T000000-0000abcd")
    journal.append(Session(session=journal.folder.name, owner=this_process(), time=1.0, notebook="n.ipynb"))
    rows = [
        ("cell", "one", "", {"C": 0.1, "kernel": "rbf", "depth": None, "same": 1}),
        ("cell", "one", "", {"C": 10, "kernel": "linear", "depth": 3, "same": 1}),
        ("cell", "one", "", {"C": 2.0, "kernel": "rbf", "same": 1, "layers": [1]}),
        ("cell", "two", "", {"C": 99}),
        ("pipeline", "one", "", {"C": 77}),
        ("cell", None, "C = 1\nuse(C)", {"C": 1}),
        ("cell", None, "C = 5\nuse(C)", {"C": 5}),
        ("cell", None, "C = 8\nother(C)", {"C": 8}),
    ]
    for number, (kind, cell, source, values) in enumerate(rows, 1):
        key = f"{number:032x}"
        journal.append(RunOpened(run=key, session=journal.folder.name, kind=kind, time=number, notebook="n.ipynb",
                                 cell=cell, source=source))  # fmt: skip
        status = FAILED if number == 2 else FINISHED
        journal.append(RunClosed(run=key, status=status, time=number + 0.5, parameters=values))
    journal.close()
    run = get_run(f"{1:032x}", workspace=workspace)
    assert seen_values(run, ["C", "kernel", "depth", "same", "layers", "nothing"], workspace) == {
        "C": {"runs": 3, "minimum": 0.1, "maximum": 10},
        "kernel": {"runs": 3, "choices": ["rbf", "linear"]},
        "depth": {"runs": 2, "choices": [None, 3]},
    }
    unnamed = get_run(f"{6:032x}", workspace=workspace)
    assert seen_values(unnamed, ["C"], workspace) == {"C": {"runs": 2, "minimum": 1, "maximum": 5}}
