"""Python, packages and modules of the project that a proof rests on."""

from __future__ import annotations

import ast
import os
import sys
from typing import TYPE_CHECKING, Any

from nbops.capture.journal.journal import read_journal
from nbops.capture.journal.records import Session
from nbops.capture.surroundings.packages import package_versions
from nbops.pipelines.notebook.own_files import own_files
from nbops.pipelines.notebook.rewrite import without_magics
from nbops.pipelines.verifying.statements import parse_cell
from nbops.recording.run import Run
from nbops.workspace import Workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode


def interpreter_of(run: Run, workspace: Workspace) -> str:
    """Return the interpreter of the kernel that journalled *run*; empty where that is not known any more."""
    if not run.session:
        return ""
    records = read_journal(workspace.journals / run.session).records
    return next((one.python for one in records if isinstance(one, Session)), "")


def environment_of(run: Run, notebook: NotebookNode, workspace: Workspace) -> dict[str, Any]:
    """Return `{"python", "platform", "packages", "modules"}` of *run*, with everything that *notebook* imports.

    Modules are the project's own files: path → SHA-256.

    What a run tells covers its target cell; a package that only loads the data matters just as much. It is added where
    the kernel had our own interpreter.
    """
    told = dict(run.environment)
    interpreter = interpreter_of(run, workspace)
    if interpreter and os.path.realpath(interpreter) == os.path.realpath(sys.executable):
        told["packages"] = package_versions(_imported(notebook)) | dict(told.get("packages") or {})
    told["packages"] = dict(sorted((told.get("packages") or {}).items()))
    folder = workspace.project / str(notebook.metadata.get("nbops", {}).get("directory") or ".")
    sources = (without_magics(cell.source) for cell in notebook.cells if cell.cell_type == "code")
    if modules := own_files(sources, workspace.project, folder):
        told["modules"] = modules
    return told


def _imported(notebook: NotebookNode) -> set[str]:
    found: set[str] = set()
    for cell in notebook.cells:
        tree = parse_cell(cell.source) if cell.cell_type == "code" else None
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found
