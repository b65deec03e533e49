"""Docs that cannot drift: what the README and the pages say exists, and what exists is said."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import click
import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

import nbops
from nbops.cli import main
from nbops.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _commands(group: click.Group, prefix: str = "") -> dict[str, click.Command]:
    found = {}
    for name, command in group.commands.items():
        found[f"{prefix}{name}"] = command
        if isinstance(command, click.Group):
            found |= _commands(command, f"{prefix}{name} ")
    return found


def test_every_command_has_help_and_stands_in_the_readme():
    """A verb that nobody documented does not exist for users."""
    assert isinstance(main, click.Group)
    for name, command in _commands(main).items():
        assert command.help, name
        assert f"nbops {name.split()[0]}" in README, name


def test_readme_promises_only_commands_that_exist():
    """Every `nbops VERB` in the README is a command."""
    assert isinstance(main, click.Group)
    promised = set(re.findall(r"`nbops ([a-z]+)", README))
    assert promised - {"run", "runs"} <= set(main.commands)


def test_readme_make_targets_exist():
    """`make X` in the README is a target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z-]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_settings_table_is_complete():
    """Each setting is explained in the README."""
    table = README[README.index("| setting |") :]
    for name in Settings.__dataclass_fields__:
        assert re.search(rf"`(capture\.)?{name}`", table), name


def test_every_public_name_stands_in_the_readme():
    """`nbops.X` that nobody documented does not exist for users."""
    for name in set(nbops.__all__) - {"__version__"}:
        assert f"nbops.{name}(" in README, name


def test_relative_links_lead_somewhere():
    """No page links to a file that is not there."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_magics_of_the_readme_exist():
    """Every magic named in the README is registered by `%load_ext nbops`."""
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "nbops")
    known = set(shell.magics_manager.magics["line"])
    promised = set(re.findall(r"`%{1,2}([a-z_]+)", README)) - {"load_ext"}
    assert promised <= known


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.name)
def test_notebooks_are_committed_without_outputs(path):
    """Saved outputs would churn and might hold paths."""
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in notebook.cells)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


def test_no_path_of_a_machine_is_committed():
    """Tracked text files name no home or build directory of a developer."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    if not tracked:
        pytest.skip("not a git checkout")
    pattern = re.compile(r"(?<![\w.])/(?:wor[k]|roo[t]|Users)/\w")
    for name in tracked:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".ipynb", ".json", ".ts", ".tsx", ".yml", ".yaml", ".lock"}:
            assert not pattern.search(path.read_text(encoding="utf-8").replace(__name__, "")), name
