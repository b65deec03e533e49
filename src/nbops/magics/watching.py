"""`%watch` and `%alerts`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from nbops.magics.parse import parse
from nbops.magics.place import kernel_workspace
from nbops.magics.resolve import resolve

if TYPE_CHECKING:
    from argparse import Namespace

    from IPython.core.interactiveshell import InteractiveShell

    from nbops.monitoring.judging.report import DriftReport
    from nbops.widgets.lists import Alerts, Watches
    from nbops.workspace import Workspace

_VERBS = {"list", "ack", "snooze", "resolve"}
_STANDING = ("every", "owner", "runbook")


@magics_class
class WatchMagics(Magics):
    """Watch a version's data, and say what is done about an alert."""

    shell: InteractiveShell

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("name", nargs="?", help="name of the watch; without one: list all")
    @argument("data", nargs="?", help="what came in: frame, expression, snapshot or path; default: the watch's source")
    @argument("--model", help="NAME@alias, NAME/3 or NAME: makes the watch, or gives it another reference")
    @argument("--reference", help="what data are held against: frame, profile, expression, snapshot or path")
    @argument("--label", help="what to call the data; their dates if omitted")
    @argument("--source", help="path, 'pattern' or snapshot:NAME to look at by itself")
    @argument("--every", default="", help="how often it looks there by itself: 1d, 6h, or '0 6 * * 1-5'")
    @argument("--owner", default="", help="who acts")
    @argument("--runbook", default="", help="where it is written what to do")
    def watch(self, line: str) -> DriftReport | Watches | str:
        """Judge new data of a watched version, and keep the report; make the watch where --model is given."""
        given = parse(self.watch, line)
        workspace = kernel_workspace()
        made = given.name is not None and self._made(given, workspace)
        if given.data is not None:
            return self._judged(given, workspace)
        return _listed(given.name, workspace) if made or given.name is None else _checked(given.name, workspace)

    def _made(self, given: Namespace, workspace: Workspace) -> bool:
        """Make the watch, or give it another plan, where the line says how; say whether it did."""
        from nbops.monitoring.watching.add_watch import add_watch, read_reference
        from nbops.monitoring.watching.watch import watch

        standing = {name: getattr(given, name) for name in _STANDING if getattr(given, name)}
        if given.model is None:
            if given.reference or given.source or standing:
                raise UsageError("--reference, --source, --every, --owner and --runbook come with --model")
            return False
        reference = None if given.reference is None else resolve(self.shell, given.reference)
        if given.source is not None:
            plan = {**standing, "model": given.model, "source": given.source, "by": _actor()}
            add_watch(given.name, reference=reference, workspace=workspace, **plan)
            return True
        if standing:
            raise UsageError("--every, --owner and --runbook belong to a --source that is looked at by itself")
        held = read_reference(reference, None, None, None, workspace)
        watch(given.model, held, name=given.name, workspace=workspace)
        return True

    def _judged(self, given: Namespace, workspace: Workspace) -> DriftReport:
        from dataclasses import replace

        from nbops.monitoring.watching.watch import continued

        held = resolve(self.shell, given.data)
        held = held.removeprefix("snapshot:") if isinstance(held, str) else held
        report = continued(given.name, workspace).observe(held, given.label)
        current = report.current
        return replace(report, current=replace(current, name=given.data)) if current.name == "current" else report

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("words", nargs="*", metavar="verb", help="`list`, `ack ALERT`, `snooze ALERT`, `resolve ALERT`")
    @argument("--note", default="", help="what to say about it, for history and ledger")
    @argument("--for", dest="lasting", help="how long to snooze: 4h, 2d")
    @argument("--until", help="until when to snooze: 2030-01-31T08:00")
    @argument("--all", action="store_true", help="also those that are over")
    def alerts(self, line: str) -> Alerts:
        """List what somebody must act on; acknowledge, snooze or resolve one."""
        from nbops.alerts.list_alerts import list_alerts
        from nbops.widgets.lists import Alerts

        given = parse(self.alerts, line)
        verb, *refs = given.words or ["list"]
        if verb not in _VERBS or len(refs) != (verb != "list"):
            raise UsageError("%alerts lists; then: ack ALERT, snooze ALERT --for 4h, resolve ALERT")
        workspace = kernel_workspace()
        if verb != "list":
            _change(verb, refs[0], given, workspace)
        return Alerts(list_alerts(workspace, resolved=given.all or verb == "resolve"))


def _listed(name: str | None, workspace: Workspace) -> Watches:
    from nbops.monitoring.watching.list_watches import list_watches
    from nbops.widgets.lists import Watches

    return Watches(one for one in list_watches(workspace) if name in {None, one.plan.name})


def _checked(name: str, workspace: Workspace) -> DriftReport | str:
    from nbops.monitoring.watching.check import check
    from nbops.monitoring.watching.send_soon import send_soon

    outcome = check(name, workspace=workspace)
    send_soon(workspace)
    return outcome.report or f"{outcome.watch}: {outcome.state}: {outcome.sentence}"


def _change(verb: str, ref: str, given: Namespace, workspace: Workspace) -> None:
    from nbops.alerts.acknowledge import acknowledge
    from nbops.alerts.lengths import read_length, read_moment
    from nbops.alerts.resolve import resolve as end
    from nbops.alerts.snooze import snooze
    from nbops.monitoring.watching.alert_events import alert_events
    from nbops.monitoring.watching.send_soon import send_soon

    said: dict[str, Any] = {"by": _actor(), "note": given.note, "workspace": workspace}
    if verb == "snooze":
        if (given.lasting is None) == (given.until is None):
            raise UsageError("%alerts snooze ALERT takes either --for 4h or --until 2030-01-31T08:00")
        until = read_moment(given.until) if given.until else time.time() + read_length(given.lasting)
        snooze(ref, until, **said)
    else:
        (acknowledge if verb == "ack" else end)(ref, **said)
    for note in alert_events(workspace):
        print(f"  · {note}")  # noqa: T201 # what the ledger does not hold yet
    send_soon(workspace)


def _actor() -> str:
    from nbops.registry.actor import actor

    return actor()
