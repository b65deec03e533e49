"""JupyterLab: whether the sidebar is installed, built from this version, and served."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.readiness.finding import LOOK, WELL, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbops.workspace import Workspace

_REINSTALL = "pip install --force-reinstall --no-deps nbops"


def jupyter(_: Workspace) -> Iterator[Finding]:
    """Look where Jupyter looks for extensions."""
    from jupyter_core.paths import jupyter_config_path, jupyter_path

    built = _first(Path(folder, "nbops", "package.json") for folder in jupyter_path("labextensions"))
    if built is None:
        yield Finding("JupyterLab", LOOK, "the sidebar is not installed here; magics and commands work", _REINSTALL)
        return
    release = str(built.get("version", ""))
    if release != version("nbops"):
        yield Finding("JupyterLab", LOOK, f"the sidebar is version {release}, nbops {version('nbops')}", _REINSTALL)
    folders = [Path(folder, "jupyter_server_config.d") for folder in jupyter_config_path()]
    told = [_read(path) for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.json"))]
    enabled = [found for one in told if (found := _enabled(one)) is not None]
    if not enabled or not enabled[0]:
        yield Finding(
            "JupyterLab", LOOK, "the sidebar has no server side here", "jupyter server extension enable nbops"
        )
    elif release == version("nbops"):
        yield Finding("JupyterLab", WELL, f"sidebar {release} is installed and served")


def _enabled(settings: dict[str, Any]) -> bool | None:
    """Return what one file of settings says of our server extension; None where it says nothing."""
    listed = settings.get("ServerApp", {}).get("jpserver_extensions", {})
    return bool(listed["nbops"]) if "nbops" in listed else None


def _first(paths: Iterator[Path]) -> dict[str, Any] | None:
    return next((_read(path) for path in paths if path.is_file()), None)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
