"""`nbops cancel`."""

from __future__ import annotations

import click

from nbops.cli.answers import json_option, tell, tell_json


@click.command()
@click.argument("run", default="last")
@json_option
def cancel(run: str, as_json: bool) -> None:
    """Stop the pipeline that RUN executes: its kernel and everything it has started. `last` is the latest begun."""
    from nbops.pipelines.running.cancel import cancel as cancel_run
    from nbops.recording.to_wire import to_wire

    done = cancel_run(run)
    if as_json:
        tell_json(to_wire(done))
    else:
        reason = (done.error or {}).get("evalue") or ""
        tell(f"{done.name} ({done.id[:8]}) is {done.status}" + (f": {reason}" if reason else ""))
