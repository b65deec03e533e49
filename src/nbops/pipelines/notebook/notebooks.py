"""Notebook files. The only file of this room that imports nbformat."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.errors import NbopsError, PipelineError, PipelineNotFound
from nbops.pipelines.notebook.damage import damage
from nbops.workspace import write_file

if TYPE_CHECKING:
    from nbformat import NotebookNode

PARAMETERS, INJECTED, TARGET = "parameters", "injected-parameters", "nbops-target"
_HEADING = re.compile(r"#{1,6}\s+\S")


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook.

    Raises:
        PipelineNotFound: There is no such file.
        PipelineError: It is no notebook, or what it says of itself is damaged.
    """
    import nbformat

    try:
        notebook: NotebookNode = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    except FileNotFoundError as error:
        raise PipelineNotFound(f"there is no pipeline {path}") from error
    except RecursionError as error:
        raise PipelineError(f"{path} is not a notebook: it is nested too deeply") from error
    except (AttributeError, TypeError, KeyError) as error:  # JSON, but of something else
        raise PipelineError(f"{path} is not a notebook: it holds something else") from error
    except (ValueError, OSError, nbformat.ValidationError) as error:
        raise PipelineError(f"{path} is not a notebook: {error}") from error
    if wrong := damage(notebook):
        raise PipelineError(f"{path.name} is not a pipeline: its {wrong}")
    return notebook


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook whole."""
    import nbformat

    write_file(path, (nbformat.writes(notebook).rstrip("\n") + "\n").encode())  # type: ignore[no-untyped-call]


def make_notebook(cells: list[tuple[str, str, list[str]]], metadata: dict[str, Any], kernel: str) -> NotebookNode:
    """Make a notebook of `(kind, source, tags)` cells; ids come from position and content: equal input, equal file."""
    from nbformat import v4

    made = []
    for place, (kind, source, tags) in enumerate(cells):
        identity = hashlib.sha256(f"{place}\0{kind}\0{source}".encode()).hexdigest()[:12]
        new = v4.new_markdown_cell if kind == "markdown" else v4.new_code_cell
        made.append(new(source, id=identity, metadata={"tags": tags} if tags else {}))  # type: ignore[no-untyped-call]
    told = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": kernel},
        "language_info": {"name": "python"},
    }
    notebook: NotebookNode = v4.new_notebook(cells=made, metadata=told | {"nbops": metadata})  # type: ignore[no-untyped-call]
    notebook.metadata["nbops"]["content"] = content_hash(notebook)
    return notebook


def content_hash(notebook: NotebookNode) -> str:
    """Return a hash of what a person can edit: sources and tags; outputs do not count."""
    parts = [(cell.cell_type, cell.source, list(cell.metadata.get("tags", []))) for cell in notebook.cells]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def is_edited(path: Path) -> bool:
    """Say whether a person has changed the pipeline at *path* since it was written (or it is not one of ours)."""
    notebook = read_notebook(path)
    return bool(notebook.metadata.get("nbops", {}).get("content") != content_hash(notebook))


def inject(notebook: NotebookNode, code: str) -> NotebookNode:
    """Return a copy with *code* as the injected-parameters cell, where papermill would put it."""
    from copy import deepcopy

    from nbformat import v4

    copy = deepcopy(notebook)
    tagged = [place for place, cell in enumerate(copy.cells) if PARAMETERS in cell.metadata.get("tags", [])]
    copy.cells = [cell for cell in copy.cells if INJECTED not in cell.metadata.get("tags", [])]
    if code:
        cell = v4.new_code_cell(code, id="injected", metadata={"tags": [INJECTED]})  # type: ignore[no-untyped-call]
        copy.cells.insert(tagged[0] + 1 if tagged else 0, cell)
    return copy


def as_outputs(told: list[dict[str, Any]]) -> list[NotebookNode]:
    """Return outputs of a cell that were kept as JSON."""
    import nbformat

    return [nbformat.from_dict(item) for item in told]  # type: ignore[no-untyped-call]


def headings_above(path: Path) -> dict[str, list[tuple[int, str]]]:
    """Return the Markdown headings that each code cell of the notebook at *path* stands under, by cell id.

    Each is its number in the notebook and its line, from the section down. The only heading of the first level is the
    notebook's title, and left out.
    """
    try:
        notebook = read_notebook(path)
    except NbopsError:  # the headings are lost, nothing else
        return {}
    found: dict[str, list[tuple[int, str]]] = {}
    above: list[tuple[int, str]] = []
    count = titles = 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for line in _headings(cell.source):
                above = [one for one in above if _depth(one[1]) < _depth(line)] + [(count, line)]
                count += 1
                titles += _depth(line) == 1
        elif cell.cell_type == "code":
            found[cell.get("id", "")] = above
    if titles > 1:
        return found
    return {cell: [one for one in lines if _depth(one[1]) > 1] for cell, lines in found.items()}


def _headings(text: str) -> Iterator[str]:
    fenced = False
    for line in text.splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and _HEADING.match(line):
            yield line.rstrip()


def _depth(heading: str) -> int:
    return len(heading) - len(heading.lstrip("#"))
