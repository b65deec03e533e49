"""`nbops cancel`."""

from __future__ import annotations

import click

from nbops.cli.answers import json_option, tell, tell_json


@click.command()
@click.argument("run", required=False)
@json_option
def cancel(run: str | None, as_json: bool) -> None:
    """Stop the pipeline that RUN executes: its kernel and everything it has started. `last` is the latest begun.

    Without RUN, the one that runs; where several do, they are listed.
    """
    from nbops.pipelines.running.cancel import cancel as cancel_run
    from nbops.recording.to_wire import to_wire

    done = cancel_run(run)
    if done.status == "FINISHED" and not as_json:
        tell(f"{done.name} ({done.id[:8]}) had finished before it could be cancelled")
        return
    if as_json:
        tell_json(to_wire(done))
    else:
        reason = (done.error or {}).get("evalue") or ""
        tell(f"{done.name} ({done.id[:8]}) is {done.status}" + (f": {reason}" if reason else ""))
