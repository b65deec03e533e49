"""Files of a drift run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbops.monitoring.judging.report import DriftReport
    from nbops.profiles.profile import Profile
    from nbops.workspace import Workspace


def artifacts(
    watch: str, report: DriftReport, current: Profile, body: dict[str, Any], workspace: Workspace
) -> dict[str, bytes]:
    """Return the files that a drift run keeps, by their path in the run: here every form of the report is listed."""
    from nbops.capture.boundary import unharmed
    from nbops.capture.secrets.redact_json import redact_json_text

    page: dict[str, bytes] = {}
    if report.profiles is not None:
        with unharmed("the page of a drift report"):  # what was found is worth more than its picture
            page["drift/report.html"] = _page(report, *report.profiles, workspace)
    return {
        **page,
        "drift/report.json": json.dumps(body, ensure_ascii=False, indent=1).encode(),
        "drift/report.md": f"# {report.state}: {watch} {report.label}\n\n```\n{report}\n```\n".encode(),
        "drift/profile.json": redact_json_text(current.to_json(publish=True).encode()),
    }


def _page(report: DriftReport, reference: Profile, current: Profile, workspace: Workspace) -> bytes:
    from nbops.capture.secrets.redaction import redact
    from nbops.monitoring.reporting.report_html import report_html
    from nbops.monitoring.watching.sensitive_columns import sensitive_columns

    hidden = sensitive_columns(report.columns, workspace)
    for name, one in report.columns.items():
        labels = reference.columns[name].labels if name in reference.columns else ()
        if redact("\n".join([one.sentence, *labels])).masked:  # a picture cannot be masked in part
            hidden.add(name)
    return report_html(report, reference, current, hidden=hidden).encode(errors="replace")
