"""The command line: each verb parses, calls one verb of a room, and renders. Importing it loads nothing heavy."""

from __future__ import annotations

import click

from nbops.cli.alerts import alerts
from nbops.cli.answers import Verbs
from nbops.cli.assign import assign
from nbops.cli.cancel import cancel
from nbops.cli.contract import contract
from nbops.cli.demo import demo
from nbops.cli.doctor import doctor
from nbops.cli.drift import drift
from nbops.cli.enable import disable, enable
from nbops.cli.judge import judge
from nbops.cli.lab import lab
from nbops.cli.live import live
from nbops.cli.load import load
from nbops.cli.performance import performance
from nbops.cli.pipelines import pipelines
from nbops.cli.profile import profile
from nbops.cli.promote import promote
from nbops.cli.register import register
from nbops.cli.retrain import retrain
from nbops.cli.rollback import rollback
from nbops.cli.run import run
from nbops.cli.runs import runs
from nbops.cli.show import show
from nbops.cli.snapshot import snapshot
from nbops.cli.sync import sync
from nbops.cli.undo import undo
from nbops.cli.verify import verify
from nbops.cli.watch import watch

__all__ = ["main"]


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nbops")
def main() -> None:
    """Track, snapshot, promote, run, register and watch, from where the notebook is.

    RUN is `last`, an id or its beginning, or `best:METRIC[:min|max]`. Exit codes: 0 done, 1 failed, 2 wrong usage,
    3 "no": a gate is closed, the data have drifted or break their contract, predictions are worse, snapshots or
    contracts differ or are damaged, a pipeline does not reproduce its run.
    """


_COMMANDS = (
    runs, show, promote, verify, pipelines, run, cancel, snapshot, load, profile, contract, drift, performance, watch,
    retrain, alerts, register, judge, assign,
    rollback, live, sync, undo, doctor, enable, disable, demo, lab,
)  # fmt: skip

for _command in _COMMANDS:
    main.add_command(_command)
