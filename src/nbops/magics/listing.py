"""What `%runs` does with runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

from nbops.magics.place import kernel_workspace
from nbops.widgets.lists import Runs

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    from nbops.recording.compare import Comparison
    from nbops.recording.run import Run


def list_matching(given: Namespace) -> Runs:
    """Return the runs that match the magic's filters, latest first."""
    from nbops.recording.list_runs import count_runs, list_runs

    workspace = kernel_workspace()
    wanted = {
        "notebook": given.notebook,
        "experiment": given.experiment,
        "kind": given.kind,
        "query": " ".join(given.words) or None,
        "hidden": given.hidden,
    }
    found = list_runs(workspace, limit=given.limit, **wanted)
    return Runs(
        found, total=count_runs(workspace, **wanted), without=0 if found else count_runs(workspace, hidden=True)
    )


def change_runs(words: list[str]) -> Runs:
    """Do what the first of *words* says to the runs that the others name, and return them as they are now.

    Raises:
        UsageError: Too few words, or a tag without `=`.
        RunNotFound: A word names no run.
        RunNotUsable: A run that a version refers to cannot be deleted.
    """
    verb, *rest = words
    if not rest:
        raise UsageError(f"%runs {verb} needs a run: last, an id or its beginning, or best:METRIC")
    if verb in _TEXTS or verb == "tag":
        if len(rest) < 2:  # noqa: PLR2004 # a run and a text
            raise UsageError(f"%runs {verb} RUN {'KEY=VALUE …' if verb == 'tag' else 'TEXT'}")
        return Runs([_tagged(rest[0], rest[1:]) if verb == "tag" else _TEXTS[verb](rest[0], " ".join(rest[1:]))])
    return Runs([_PLAIN[verb](ref) for ref in rest])


def show_run(words: list[str]) -> Run:
    """Return the run that *words* name, which shows itself.

    Raises:
        RunNotFound: There is none.
    """
    from nbops.recording.get_run import get_run

    return get_run(" ".join(words) or "last", workspace=kernel_workspace())


def compare_runs(words: list[str]) -> Comparison:
    """Return the runs that *words* name side by side.

    Raises:
        RunNotFound: A word names no run, or there are fewer than two.
    """
    from nbops.recording.compare import compare

    return compare(*words, workspace=kernel_workspace())


def _delete(ref: str) -> Run:
    from nbops.recording.delete_run import delete_run

    return delete_run(ref, workspace=kernel_workspace())


def _restore(ref: str) -> Run:
    from nbops.recording.delete_run import restore_run

    return restore_run(ref, workspace=kernel_workspace())


def _annotated(ref: str, **changes: Any) -> Run:
    from nbops.recording.annotate import annotate

    return annotate(ref, workspace=kernel_workspace(), **changes)


def _tagged(ref: str, words: list[str]) -> Run:
    if wrong := [word for word in words if "=" not in word]:
        raise UsageError(f"%runs tag RUN KEY=VALUE: {wrong[0]!r} has no =")
    return _annotated(ref, tags=dict(word.split("=", 1) for word in words))


_PLAIN: dict[str, Callable[[str], Run]] = {
    "delete": _delete,
    "restore": _restore,
    "star": lambda ref: _annotated(ref, star=True),
    "unstar": lambda ref: _annotated(ref, star=False),
    "hide": lambda ref: _annotated(ref, hide=True),
    "unhide": lambda ref: _annotated(ref, hide=False),
}
_TEXTS: dict[str, Callable[[str, str], Run]] = {
    "rename": lambda ref, text: _annotated(ref, name=text),
    "note": lambda ref, text: _annotated(ref, note=text),
}
