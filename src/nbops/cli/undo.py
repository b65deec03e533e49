"""`nbops undo`."""

from __future__ import annotations

import click

from nbops.cli.answers import tell


@click.command()
def undo() -> None:
    """Delete the latest run (softly)."""
    from nbops.recording.delete_run import delete_run
    from nbops.recording.get_run import get_run

    run = get_run("last")
    delete_run(run.id)
    tell(f"deleted {run.name or run.id[:8]}; bring it back with: nbops runs restore {run.id[:12]}")
