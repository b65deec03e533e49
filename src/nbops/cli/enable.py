"""`nbops enable` and `nbops disable`: load nbops in every kernel, or no longer."""

from __future__ import annotations

from pathlib import Path

import click

_FILE = "50-nbops.py"
_STARTUP = '''"""Loads nbops in every kernel that has it. Written by `nbops enable`; `nbops disable` removes it."""

if __import__("importlib.util").util.find_spec("nbops") is not None:
    get_ipython().run_line_magic("load_ext", "nbops")
'''
_PROFILE = click.option("--profile", default="default", show_default=True, help="IPython profile.")


@click.command()
@_PROFILE
def enable(profile: str) -> None:
    """Load nbops in every kernel from now on (IPython startup file)."""
    from nbops.workspace import write_file

    path = startup_file(profile)
    write_file(path, _STARTUP.encode())
    click.echo(f"every kernel that has nbops loads it from now on ({path}); nbops disable takes it back")


@click.command()
@_PROFILE
def disable(profile: str) -> None:
    """Load nbops only where a notebook says %load_ext nbops."""
    path = startup_file(profile)
    if path.is_file():
        path.unlink()
        click.echo("kernels no longer load nbops by themselves")
    else:
        click.echo("nbops was not enabled; nothing to take back")


def startup_file(profile: str) -> Path:
    """Return where the IPython profile keeps our startup file."""
    from IPython.paths import get_ipython_dir

    return Path(get_ipython_dir()) / f"profile_{profile}" / "startup" / _FILE
