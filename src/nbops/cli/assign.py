"""`nbops assign`."""

from __future__ import annotations

import click

from nbops.cli.answers import json_option, tell, tell_json, tell_notes


@click.command()
@click.argument("name")
@click.argument("version")
@click.argument("alias")
@click.option("--reason", help="Why, for the ledger.")
@json_option
def assign(name: str, version: str, alias: str, reason: str | None, as_json: bool) -> None:
    """Point ALIAS of the model NAME at VERSION (a number or another alias).

    Without gates in pyproject.toml it acts at once and prints advice. With them, closed gates bind: exit code 3.
    """
    from nbops.registry.assign import assign as assign_version
    from nbops.registry.version import to_wire

    done = assign_version(name, version, alias, reason=reason)
    if as_json:
        tell_json(to_wire(done))
        return
    tell(f"{alias} of {name} is now v{done.version}")
    tell_notes(done.notes)
