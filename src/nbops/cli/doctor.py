"""`nbops doctor`: what is well, what is degraded and why, in words."""

from __future__ import annotations

from dataclasses import asdict

import click

from nbops.cli.answers import FAILED, json_option, tell, tell_json

_MARKS = {"well": "✓", "look": "!", "broken": "✗"}


@click.command()
@json_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Look at everything nbops stands on and say what is degraded and what mends it; exit code 1 when broken."""
    from nbops.readiness.examine import examine
    from nbops.workspace import find_workspace

    findings = list(examine(find_workspace()))
    if as_json:
        tell_json([asdict(finding) for finding in findings])
    else:
        width = max(len(finding.topic) for finding in findings)
        for finding in findings:
            tell(f"{_MARKS[finding.state]} {finding.topic:<{width}}  {finding.sentence}")
            if finding.remedy:
                tell(f"  {'':<{width}}  → {finding.remedy}")
    if any(finding.state == "broken" for finding in findings):
        ctx.exit(FAILED)
