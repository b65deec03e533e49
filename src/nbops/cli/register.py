"""`nbops register`."""

from __future__ import annotations

import click

from nbops.cli.answers import json_option, tell, tell_json, tell_notes


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="[RUN] NAME")
@click.option("--model", help="Which model, where the run logged several.")
@json_option
def register(words: tuple[str, ...], model: str | None, as_json: bool) -> None:
    """Make the model of RUN (default: last) the next version of NAME."""
    from nbops.registry.register import register as register_run
    from nbops.registry.version import to_wire

    if len(words) > 2:  # noqa: PLR2004 # a run and a name
        raise click.UsageError("register takes [RUN] NAME")
    run = words[0] if len(words) > 1 else "last"
    version = register_run(run, words[-1], model=model)
    if as_json:
        tell_json(to_wire(version))
        return
    tell(f"{version} from run {version.run_id[:8]}")
    tell_notes(version.notes)
