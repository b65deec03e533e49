"""`nbops rollback`."""

from __future__ import annotations

import click

from nbops.cli.answers import json_option, tell, tell_json, tell_notes


@click.command()
@click.argument("name")
@click.argument("alias", default="champion")
@click.option("--reason", help="Why, for the ledger.")
@json_option
def rollback(name: str, alias: str, reason: str | None, as_json: bool) -> None:
    """Point ALIAS of the model NAME back at the version that it pointed to before."""
    from nbops.registry.rollback import rollback as roll_back
    from nbops.registry.version import to_wire

    done = roll_back(name, alias, reason=reason)
    if as_json:
        tell_json(to_wire(done))
        return
    tell(f"{alias} of {name} is back at v{done.version}")
    tell_notes(done.notes)
