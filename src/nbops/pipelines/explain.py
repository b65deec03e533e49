"""Say what promoting a run would keep and leave out, and why."""

from __future__ import annotations

from collections.abc import Sequence

from nbops.pipelines.explanation import Explanation
from nbops.pipelines.name_of_pipeline import name_of_pipeline
from nbops.pipelines.notebook.compose import compose
from nbops.pipelines.slice_run import slice_run
from nbops.recording.get_run import get_run
from nbops.recording.run import Run
from nbops.workspace import Workspace, find_workspace


def explain(
    run: str | Run = "last", *, parameters: Sequence[str] = (), workspace: Workspace | None = None
) -> Explanation:
    """Explain the pipeline that `promote` would write for *run*. Starts no kernel and writes no notebook.

    Args:
        run: A finished run of a tracked cell, or a reference to one.
        parameters: Literals that would become parameters although the run itself did not use their names.
        workspace: The current directory's by default.

    Returns:
        Every execution up to the run's, kept or dropped, with the lines that matter, the reasons and who depends on
        it; the parameters that the pipeline would have; and where knowledge ended.

    Raises:
        RunNotFound: *run* leads nowhere.
        RunNotUsable: The run did not finish, or is not the run of a cell.
        ParameterError: One of *parameters* is no literal that could be one.
        SliceError: The run's executions are not in the journal any more.
    """
    place = workspace or find_workspace()
    source = get_run(run, workspace=place)
    found = slice_run(source, place)
    title = name_of_pipeline(source, place)
    path = place.project / "pipelines" / f"{title}.ipynb"
    composed = compose(source, found.kept, title=title, path=path, workspace=place, parameters=parameters)
    kept, dropped = found.explained(found.kept)
    return Explanation(
        run=source.id,
        name=source.name,
        pipeline=title,
        target=found.slice.target,
        kept=kept,
        dropped=dropped,
        parameters=composed.parameters,
        candidates=composed.candidates,
        cautions=found.cautions(found.kept, composed, proven=False),
        notebook=source.notebook,
    )
