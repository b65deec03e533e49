"""Files of a drift run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbops.monitoring.judging.report import DriftReport
    from nbops.profiles.profile import Profile


def artifacts(watch: str, report: DriftReport, current: Profile, body: dict[str, Any]) -> dict[str, bytes]:
    """Return the files that a drift run keeps, by their path in the run: here every form of the report is listed."""
    from nbops.capture.secrets.redact_json import redact_json_text

    return {
        "drift/report.json": json.dumps(body, ensure_ascii=False, indent=1).encode(),
        "drift/report.md": f"# {report.state}: {watch} {report.label}\n\n```\n{report}\n```\n".encode(),
        "drift/profile.json": redact_json_text(current.to_json(publish=True).encode()),
    }
