"""`%snapshot` and `%drift`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from nbops.magics.parse import parse
from nbops.magics.place import kernel_workspace
from nbops.magics.resolve import named, resolve, resolve_frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

    from nbops.monitoring.judging.report import DriftReport
    from nbops.profiles.diff import DatasetDifference
    from nbops.snapshots.snapshot import Snapshot
    from nbops.widgets.lists import Snapshots


@magics_class
class DatasetMagics(Magics):
    """Keep frames and hold them against each other."""

    shell: InteractiveShell

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument(
        "words",
        nargs="*",
        metavar="frame",
        help="name of a frame, an expression in quotes, or the path of a file or folder; or `list`, `show REF`, "
        "`diff BEFORE AFTER`",
    )
    @argument("--name", help="name of the snapshot; the frame's, file's or folder's if omitted")
    def snapshot(self, line: str) -> Snapshot | Snapshots | DatasetDifference:
        """Keep a frame, file or folder, byte for byte, storing only what is new; list, show and compare snapshots.

        A frame of the notebook that is called `list` is still a frame: names of the notebook win.
        """
        given = parse(self.snapshot, line)
        if not given.words:
            raise UsageError(
                '%snapshot FRAME keeps a frame, %snapshot "PATH" a file or folder; then: list, show REF, diff A B'
            )
        word, *rest = given.words
        verb = _VERBS.get((word, len(rest)))
        if verb is not None and (rest or word not in self.shell.user_ns):
            if given.name:
                raise UsageError(f"%snapshot {word} takes no --name")
            answer: Snapshot | Snapshots | DatasetDifference = verb(*(self._ref(ref) for ref in rest))
            return answer
        if (word, len(rest)) == ("diff", 2):
            return self._diff(*rest)
        if word in _ELSEWHERE and word not in self.shell.user_ns and not Path(word).exists():
            raise UsageError(f"%snapshot {word} is on the command line: !nbops snapshot {' '.join(given.words)}")
        if rest and word in _USAGE:
            raise UsageError(f"%snapshot {_USAGE[word]}")
        if rest:
            raise UsageError(f"%snapshot takes one frame or path, not {len(given.words)}: quote it if it has spaces")
        return self._keep(word, given.name)

    def _keep(self, word: str, name: str | None) -> Snapshot:
        from nbops.snapshots.snapshot import snapshot

        path = Path(word).expanduser()
        if word not in self.shell.user_ns and path.exists():
            return snapshot(path, name or path.resolve().name, workspace=kernel_workspace())
        name = name or (word if word.isidentifier() else None)
        return snapshot(resolve_frame(self.shell, word), name, workspace=kernel_workspace())

    def _ref(self, word: str) -> str | Snapshot:
        held = self.shell.user_ns.get(word)
        return held if type(held).__name__ == "Snapshot" else word

    def _diff(self, before: str, after: str) -> DatasetDifference:
        """Compare snapshots; a word that names none is a frame of the notebook, or a path."""
        from nbops.profiles.diff import diff

        return diff(*(self._dataset(word) for word in (before, after)), workspace=kernel_workspace())

    def _dataset(self, word: str) -> Any:
        from nbops.errors import SnapshotNotFound
        from nbops.snapshots.describe import describe

        ref = self._ref(word)
        try:
            return describe(ref, workspace=kernel_workspace())
        except SnapshotNotFound:
            held = resolve(self.shell, word)
            path = Path(word).expanduser()
            if isinstance(held, str) and not path.exists():
                raise
            return path if isinstance(held, str) else held

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("current", help="frame, expression, snapshot or path")
    @argument("reference", help="what it is held against: frame, expression, snapshot or path")
    @argument("--alpha", type=float, default=0.05, help="promised share of false alarms")
    @argument("--window", help="cut the reference into windows: 1D, 6h, 1W (rows: nbops.drift)")
    @argument("--multivariate", action="store_true", help="also train a classifier to tell the two apart")
    def drift(self, line: str) -> DriftReport:
        """Say whether CURRENT has moved away from REFERENCE, and which columns."""
        from nbops.monitoring.judging.drift import drift

        given = parse(self.drift, line)
        current, reference = (resolve(self.shell, word) for word in (given.current, given.reference))
        report = drift(
            current,
            reference,
            alpha=given.alpha,
            window=given.window,
            multivariate=given.multivariate,
            workspace=kernel_workspace(),
        )
        return named(report, given.current, given.reference)


def _list() -> Snapshots:
    from nbops.snapshots.list_snapshots import list_snapshots
    from nbops.widgets.lists import Snapshots

    return Snapshots(list_snapshots(kernel_workspace()))


def _show(ref: str | Snapshot) -> Snapshot:
    from nbops.snapshots.describe import describe

    return describe(ref, workspace=kernel_workspace())


# A verb is its word and how many words follow.
_VERBS: dict[tuple[str, int], Callable[..., Any]] = {("list", 0): _list, ("show", 1): _show}
_USAGE = {"diff": "diff BEFORE AFTER", "show": "show REF", "list": "list"}
_ELSEWHERE = {"gc", "verify", "forget"}
