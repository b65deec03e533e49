"""Which run a name means when it is promoted."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest

from nbops.capture.journal.journal import Journal
from nbops.capture.journal.records import RunClosed, RunOpened, Session
from nbops.errors import SliceError
from nbops.pipelines.promote import promote
from nbops.processes import this_process


def test_a_pipelines_run_does_not_hide_the_cells_run_of_its_name(stored_workspace):
    """A pipeline is named after its run, so that its own runs bear that name too, and are later."""
    session = f"20260101T000000-{uuid4().hex[:8]}"
    journal = Journal(stored_workspace, session)
    journal.append(Session(session=session, owner=this_process(), time=time.time()))
    for place, kind in enumerate(("cell", "pipeline")):
        run, at = uuid4().hex, time.time() + place
        execution = 1 if kind == "cell" else None
        journal.append(RunOpened(run=run, session=session, time=at, name="fit", kind=kind, execution=execution))
        journal.append(RunClosed(run=run, status="FINISHED", time=at + 0.5))
    journal.close()
    # It gets as far as the cell's executions, which nobody wrote here.
    with pytest.raises(SliceError, match="the executions of run fit are not in the journal"):
        promote("fit", workspace=stored_workspace, progress=False)
