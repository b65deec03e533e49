"""A pipeline's parameters, as its notebook declares them now."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from nbops.pipelines.notebook.choose_parameters import choose_parameters
from nbops.pipelines.notebook.hoist_imports import imported
from nbops.pipelines.notebook.mask_magics import mask_magics
from nbops.pipelines.notebook.notebooks import PARAMETERS
from nbops.pipelines.notebook.syntax_tree import syntax_tree
from nbops.pipelines.notebook.typed_code import TypedCode, read_code
from nbops.pipelines.parameters.plain import plain
from nbops.pipelines.parameters.secret import as_secret

if TYPE_CHECKING:
    from nbformat import NotebookNode

_LEARNED = ("seen", "kind", "help")


def read_schema(notebook: NotebookNode) -> list[dict[str, Any]] | None:
    """Return the parameters of a pipeline; None for a notebook that nbops did not make, which takes any.

    The notebook's metadata say what they are. Where a person has edited the parameters cell since, what that cell says
    of names, types, defaults and constraints is true instead.
    """
    told = notebook.metadata.get("nbops", {})
    if "parameters" not in told:
        return None
    known: dict[str, dict[str, Any]] = {str(item["name"]): dict(item) for item in told["parameters"]}
    source = next((cell.source for cell in notebook.cells if PARAMETERS in cell.metadata.get("tags", [])), None)
    written = told.get("parameters_cell")
    if source is None or written is None or source == written:
        return list(known.values())
    code = read_code(mask_magics(source).code)
    if code is None:
        return list(known.values())
    return _edited(code, source, known, _aliases(notebook))


def _aliases(notebook: NotebookNode) -> dict[str, str]:
    found: dict[str, str] = {}
    for cell in notebook.cells:
        tree = syntax_tree(mask_magics(cell.source).code) if cell.cell_type == "code" else None
        for node in ast.walk(tree) if tree else ():
            found |= dict(imported(node)) if isinstance(node, ast.Import | ast.ImportFrom) else {}
    return found


def _edited(
    code: TypedCode, source: str, known: dict[str, dict[str, Any]], aliases: dict[str, str]
) -> list[dict[str, Any]]:
    names = [node.id for node in ast.walk(code.tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    chosen, _ = choose_parameters([(0, code)], {0: mask_magics(source)}, names, aliases)
    found = []
    for name in dict.fromkeys(names):
        if name not in chosen:  # computed: what it was is all that is known
            found += [known[name]] if name in known else []
            continue
        item = {"name": name, "default": plain(chosen[name].value), "kind": "value"} | chosen[name].item
        former = known.get(name, {})
        if former.get("secret") and as_secret(item["default"]):
            item["secret"] = True
        found.append(item | {key: former[key] for key in _LEARNED if key in former})
    return found
