"""Declare routes of a test's project."""


def route(workspace, extra=""):
    """Declare the route `team`."""
    text = f'[tool.nbops.alerts.routes.team]\nurl = "${{TEAM_URL}}"\n{extra}'
    (workspace.project / "pyproject.toml").write_text(text)
