"""The architecture of docs/architecture.md, held by tools."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "nbops"
BANNED_NAMES = {
    "manager",
    "util",
    "utils",
    "helper",
    "helpers",
    "handler",
    "handlers",
    "common",
    "misc",
    "base",
    "data",
    "info",
}


def _modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if "labextension" not in path.parts)


def test_rooms_import_only_to_their_left():
    """import-linter's contracts in pyproject.toml hold."""
    linter = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_heavy_libraries_stay_off_module_level():
    """ruff's TID253 finds no module-level import of MLflow, pandas and the like."""
    answer = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "TID253", str(SOURCE)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout


def test_modules_can_be_kept_in_mind():
    """No module is longer than 400 lines, the median is at most 150, no function is longer than 80."""
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in _modules()}
    assert not {str(path.relative_to(ROOT)): size for path, size in sizes.items() if size > 400}
    assert sorted(sizes.values())[len(sizes) // 2] <= 150
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in sizes
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 80
    ]
    assert not long


def test_names_say_what_things_are():
    """No module or folder bears a name that means nothing."""
    names = {part for path in _modules() for part in path.relative_to(SOURCE).with_suffix("").parts}
    assert not names & BANNED_NAMES


def test_tests_state_behaviour_in_a_sentence():
    """Every test has a docstring."""
    silent = [
        f"{path.relative_to(ROOT)}::{node.name}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert not silent
