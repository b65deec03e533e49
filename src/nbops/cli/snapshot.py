"""`nbops snapshot`: take one, and what can be asked about those that were taken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nbops.cli.answers import NO, Verbs, json_option, tell, tell_json
from nbops.cli.tables import ago, facts, moment, table
from nbops.readiness.sizes import in_bytes

if TYPE_CHECKING:
    from nbops.profiles.diff import Change, DatasetDifference
    from nbops.recording.run import Run
    from nbops.recording.verify_snapshots import Loss
    from nbops.registry.collect_snapshots import Collection
    from nbops.snapshots.snapshot import Snapshot

_DAY = 86_400.0
_FEW, _MANY = 3, 40
_FILES = {"file", "folder"}


class _Snapshots(Verbs):
    """A group whose first word may also be a path: `nbops snapshot data/` is `nbops snapshot take data/`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words = list(args)
        if "--list" in words:
            words.remove("--list")
            if any(not word.startswith("-") for word in words):
                raise click.UsageError("give a PATH or --list", ctx)
            words.insert(0, "list")
        elif not words:
            raise click.UsageError(f"give a PATH, or one of: {', '.join(self.commands)}", ctx)
        elif words[0] not in self.commands and words[0] not in ctx.help_option_names:
            if not words[0].startswith("-") and not Path(words[0]).exists():
                raise click.UsageError(f"{words[0]!r} is neither a path nor one of: {', '.join(self.commands)}", ctx)
            words.insert(0, "take")
        return super().parse_args(ctx, words)


@click.group(cls=_Snapshots, subcommand_metavar="PATH | COMMAND [ARGS]...")
def snapshot() -> None:
    """Keep tables, files and folders, storing only what is new; list, show, compare, verify and clear them.

    `nbops snapshot PATH [--name NAME] [--raw]` takes one. A file that is called like a command is `./list`.
    """


@snapshot.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--name", help="What to call it; default: the name of the file or folder.")
@click.option("--raw", is_flag=True, help="Keep a CSV or Parquet file itself, not the table in it.")
@json_option
def take(path: Path, name: str | None, raw: bool, as_json: bool) -> None:
    """Keep what is at PATH: of CSV and Parquet files the table, of others and of folders the bytes."""
    from nbops.cli.frames import is_table, read_frame
    from nbops.snapshots.snapshot import snapshot as keep

    as_table = path.is_file() and is_table(path) and not raw
    default = path.stem if as_table else path.absolute().name
    taken = keep(read_frame(path) if as_table else path, name or default or path.resolve().name or None)
    if as_json:
        tell_json(wire(taken))
    else:
        tell(f"{taken.name} {taken.id[:12]}: {_shape(taken)}, {in_bytes(taken.bytes)}, {in_bytes(taken.new_bytes)} new")


@snapshot.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the snapshots of the workspace, latest first."""
    from nbops.snapshots.list_snapshots import list_snapshots

    found = list_snapshots()
    if as_json:
        tell_json([wire(taken) for taken in found])
        return
    rows = [
        (
            taken.id[:12], taken.name, taken.kind, taken.rows, None if taken.kind in _FILES else len(taken.columns),
            in_bytes(taken.bytes), ago(taken.created),
        )
        for taken in found
    ]  # fmt: skip
    head = ("snapshot", "name", "kind", "rows/files", "columns", "size", "taken")
    tell(table(head, rows) if rows else "no snapshots yet; try: nbops snapshot PATH")


@snapshot.command()
@click.argument("ref")
@json_option
def show(ref: str, as_json: bool) -> None:
    """Show one snapshot: its columns or files, and the runs that read it."""
    from nbops.recording.list_runs import list_runs
    from nbops.snapshots.describe import describe

    taken = describe(ref)
    readers = [run for run in list_runs(hidden=True) if any(item.get("id") == taken.id for item in run.snapshots)]
    if as_json:
        tell_json(wire(taken) | {"runs": [run.id for run in readers]})
        return
    told = [
        ("snapshot", taken.id), ("name", taken.name), ("kind", taken.kind), ("holds", _shape(taken)),
        ("size", in_bytes(taken.bytes)), ("taken", moment(taken.created)), ("runs", _runs(readers)),
    ]  # fmt: skip
    tell(facts(told))
    parts = list(taken.columns.items())
    tell()
    tell(table(("path" if taken.kind in _FILES else "column", "type"), parts[:_MANY]))
    if len(parts) > _MANY:
        tell(f"… and {len(parts) - _MANY} more: nbops snapshot show {taken.id[:12]} --json")


@snapshot.command()
@click.argument("before")
@click.argument("after")
@json_option
def diff(before: str, after: str, as_json: bool) -> None:
    """Say what became of BEFORE in AFTER: columns, rows and distributions, or files. Exit code 3 where they differ."""
    from nbops.profiles.diff import diff as compare

    found = compare(before, after)
    if as_json:
        tell_json(_wire_difference(found))
    else:
        _tell_difference(found)
    if found:
        click.get_current_context().exit(NO)


@snapshot.command()
@click.option("--dry-run", is_flag=True, help="Only show what would go, and why the others stay.")
@click.option(
    "--older-than", type=click.FloatRange(min=0), default=1.0, show_default=True, metavar="DAYS",
    help="Keep what was taken less than so many days ago (and always the last ten minutes).",
)  # fmt: skip
@json_option
def gc(dry_run: bool, older_than: float, as_json: bool) -> None:
    """Remove snapshots that no run, version, ledger entry, document or name refers to."""
    from nbops.registry.collect_snapshots import collect_snapshots

    found = collect_snapshots(older_than=older_than * _DAY, dry_run=dry_run)
    if as_json:
        tell_json(
            {
                "gone": [wire(taken) for taken in found.gone],
                "kept": found.kept,
                "bytes": found.bytes,
                "dry_run": found.dry_run,
            }
        )
        return
    _tell_collected(found)


@snapshot.command()
@json_option
def verify(as_json: bool) -> None:
    """Read and check all that is stored. Exit code 3 where a snapshot cannot be restored."""
    from nbops.recording.verify_snapshots import verify_snapshots
    from nbops.snapshots.list_snapshots import list_snapshots

    losses = verify_snapshots()
    if as_json:
        tell_json([_wire_loss(loss) for loss in losses])
    elif losses:
        for loss in losses:
            called = f" ({', '.join(loss.names)})" if loss.names else ""
            tell(f"✗ {loss.id[:12]}{called} cannot be restored: {loss.reason}")
            tell(f"  read by {_runs(loss.runs) or 'no run'}")
    else:
        count = len({taken.id for taken in list_snapshots()})
        tell(f"✓ {count} snapshots, all can be restored" if count else "no snapshots yet")
    if losses:
        click.get_current_context().exit(NO)


def _tell_difference(found: DatasetDifference) -> None:
    difference = found.difference
    tell(f"{difference.before[:12]} → {difference.after[:12]}{'' if found else ': the same'}")
    if not found:
        return
    noun = "files" if difference.files else "rows"
    counts = f"{difference.rows_before} → {difference.rows_after}"
    if found.equal_rows is not None:
        counts += f"; {found.equal_rows} equal, {found.rows_added} new, {found.rows_removed} gone"
        counts += ", compared one by one" if found.paired else ""
    told = {change.column: change for change in found.changes}
    tell(facts([(noun, counts), ("index", "changed" if difference.index_changed else None)]))
    rows = [("+ added", label, "") for label in difference.added]
    rows += [("- removed", label, "") for label in difference.removed]
    both = [("~ retyped", label) for label in difference.retyped]
    both += [("~ changed", label) for label in difference.changed]
    rows += [(what, label, _how(told.get(label))) for what, label in both]
    wide = max((len(label) for _, label, _ in rows[:_MANY]), default=0)
    for what, label, how in rows[:_MANY]:  # no table: a sentence is never cut
        tell(f"{what:<9}  {label:<{wide}}  {how}".rstrip())
    if len(rows) > _MANY:
        tell(f"… and {len(rows) - _MANY} more, all with --json")


def _how(change: Change | None) -> str:
    if change is None:
        return ""
    values = "" if change.differing is None else f"{change.differing} values differ: "
    return values + change.sentence


def _tell_collected(found: Collection) -> None:
    if found.gone:
        rows = [(taken.id[:12], taken.name, taken.kind, _shape(taken), ago(taken.created)) for taken in found.gone]
        tell(table(("would go" if found.dry_run else "gone", "name", "kind", "holds", "taken"), rows))
    if found.dry_run and found.kept:
        from nbops.snapshots.list_snapshots import list_snapshots

        names = {one.id: one.name for one in reversed(list_snapshots())}
        kept = [
            (
                identity[:12],
                names[identity],
                "; ".join(why[:_FEW]) + (f" and {len(why) - _FEW} more" * (len(why) > _FEW)),
            )
            for identity, why in found.kept.items()
        ]
        tell(table(("stays", "name", "because of"), kept))
    told = "would come free" if found.dry_run else "came free"
    tell(f"{in_bytes(found.bytes)} {told}; {len(found.kept)} snapshots stay")


def _shape(taken: Snapshot) -> str:
    if taken.kind in _FILES:
        return f"{taken.rows} file{'s' * (taken.rows != 1)}"
    return f"{taken.rows} rows × {len(taken.columns)} columns"


def _runs(runs: Any) -> str:
    told = [_run(run) for run in runs[:_FEW]]
    return ", ".join(told) + (f" and {len(runs) - _FEW} more" if len(runs) > _FEW else "")


def _run(run: Run) -> str:
    where = f" in {run.notebook}" if run.notebook else ""
    return f"{run.name or 'run'} ({run.id[:8]}){where}{', deleted' if run.deleted else ''}"


def wire(taken: Snapshot) -> dict[str, Any]:
    """Return plain JSON values."""
    return {
        "id": taken.id,
        "name": taken.name,
        "kind": taken.kind,
        "rows": taken.rows,
        "columns": dict(taken.columns),
        "bytes": taken.bytes,
        "new_bytes": taken.new_bytes,
        "created": taken.created,
    }


def _wire_difference(found: DatasetDifference) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(found.difference) | {
        "changes": {change.column: change.sentence for change in found.changes},
        "differing": {change.column: change.differing for change in found.changes if change.differing is not None},
        "equal_rows": found.equal_rows,
        "rows_added": found.rows_added,
        "rows_removed": found.rows_removed,
        "paired": found.paired,
        "same": not found,
    }


def _wire_loss(loss: Loss) -> dict[str, Any]:
    runs = [{"id": run.id, "name": run.name, "notebook": run.notebook, "deleted": run.deleted} for run in loss.runs]
    return {"id": loss.id, "names": list(loss.names), "reason": loss.reason, "runs": runs}
