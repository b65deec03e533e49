"""Cells formatted as the project formats its code. The only file that runs ruff or black."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_PATIENCE = 20.0


def format_cells(sources: Sequence[str], path: Path) -> list[str]:
    """Return the cells formatted by `ruff format` or `black`, whichever the project configures; else as they are.

    The nearest `pyproject.toml` above *path* decides (`[tool.ruff]` or `[tool.black]`), or a `ruff.toml` beside it. A
    formatter that is not installed, fails or takes longer than 20 s changes nothing.

    Args:
        sources: Code of each cell, magics and all.
        path: Where the notebook is going to lie.
    """
    tool = _configured(path)
    if not tool or not sources:
        return list(sources)
    command = {
        "ruff": ["-m", "ruff", "format", "--stdin-filename", str(path), "-"],
        "black": ["-m", "black", "-q", "--ipynb", "--stdin-filename", str(path), "-"],
    }[tool]
    code: dict[str, Any] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    cells = [code | {"id": f"cell-{place}", "source": source} for place, source in enumerate(sources)]
    language = {"language_info": {"name": "python"}}
    notebook = {"cells": cells, "metadata": language, "nbformat": 4, "nbformat_minor": 5}
    try:
        done = subprocess.run(
            [sys.executable, *command],
            input=json.dumps(notebook),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_PATIENCE,
            cwd=_existing(path.parent),
            check=True,
        )
        formatted = [_text(cell["source"]) for cell in json.loads(done.stdout)["cells"]]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return list(sources)
    return formatted if len(formatted) == len(sources) else list(sources)


def _configured(path: Path) -> str:
    for folder in path.absolute().parents:
        if (folder / "ruff.toml").is_file() or (folder / ".ruff.toml").is_file():
            return "ruff"
        file = folder / "pyproject.toml"
        if file.is_file():
            try:
                tools = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})
            except (tomllib.TOMLDecodeError, OSError, UnicodeDecodeError):
                return ""
            return next((name for name in ("ruff", "black") if name in tools), "")
    return ""


def _existing(folder: Path) -> Path:
    return next((one for one in (folder, *folder.parents) if one.is_dir()), Path.cwd())


def _text(source: Any) -> str:
    return source if isinstance(source, str) else "".join(source)
