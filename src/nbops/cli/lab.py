"""`nbops lab`: JupyterLab on the tour."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from nbops.cli.tour import enter_demo, find_tour
from nbops.workspace import write_file

if TYPE_CHECKING:
    from pathlib import Path


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[JUPYTERLAB OPTIONS]...")
def lab(options: tuple[str, ...]) -> None:
    """Open JupyterLab on the tour; options go to `jupyter lab`."""
    tour = find_tour()
    notebook = enter_demo(tour).project / tour.name
    if not notebook.exists():
        write_file(notebook, tour.read_bytes())
    os.chdir(notebook.parent)
    command = lab_command(notebook, options)
    # JupyterLab takes this process's place: Ctrl-C and exit code are its own.
    os.execv(command[0], command)  # noqa: S606


def lab_command(notebook: Path, options: tuple[str, ...] = ()) -> list[str]:
    """Return the command that opens *notebook*, with its folder as the place to browse."""
    return [sys.executable, "-m", "jupyterlab", *options, "--", notebook.name]
