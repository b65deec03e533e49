"""Kept executions → the notebook of a pipeline."""

from __future__ import annotations

import difflib
import json
import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.capture.journal.records import Execution
from nbops.errors import ParameterError
from nbops.pipelines.notebook.find_data import opened_texts
from nbops.pipelines.notebook.format_cells import format_cells
from nbops.pipelines.notebook.notebooks import PARAMETERS, TARGET, headings_above, make_notebook
from nbops.pipelines.notebook.parameters_cell import parameter_lines
from nbops.pipelines.notebook.rewrite import Rewritten, rewrite
from nbops.pipelines.notebook.secrets_cell import SECRETS, secrets_cell
from nbops.pipelines.parameters.json_schema import json_schema
from nbops.pipelines.parameters.plain import plain
from nbops.pipelines.parameters.seen_values import seen_values
from nbops.recording.run import Run
from nbops.slicing.effects import project_effects
from nbops.workspace import Workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode

_SMALL, _MOST = 16_384, 3
_Cell = tuple[str, str, list[str]]


@dataclass(frozen=True, slots=True)
class Composed:
    """A pipeline's notebook.

    Attributes:
        notebook: Not yet written.
        parameters: `{"name", "type", "default", "kind": "value" | "data"}` of each parameter, with `"choices"`,
            `"minimum"`, `"maximum"`, `"nullable"` and `"help"` where a person declared them, `"seen"` where earlier
            runs varied it, and `"secret"` where it is one.
        candidates: Literals that stayed code but could be parameters.
        secrets: Parameter → environment variable, of secrets that were masked when the code was recorded.
        variables: Other environment variables that have to be set, because the code held a secret for them.
        unnamed: Indices of executions in whose code a masked secret is left.
    """

    notebook: NotebookNode
    parameters: tuple[dict[str, Any], ...]
    candidates: tuple[str, ...]
    secrets: Mapping[str, str]
    variables: tuple[str, ...] = ()
    unnamed: tuple[int, ...] = ()


def compose(
    run: Run,
    kept: Sequence[Execution],
    *,
    title: str,
    path: Path,
    workspace: Workspace,
    parameters: Sequence[str] = (),
) -> Composed:
    """Make the notebook that executes *kept*, with the parameters of *run*.

    Args:
        run: The run that is promoted; its execution is the target cell.
        kept: In the order in which they ran.
        title: Name of the pipeline.
        path: Where the notebook is going to lie.
        workspace: The run's.
        parameters: Names of literals that become parameters, too.

    Raises:
        ParameterError: One of *parameters* is none that could be.
    """
    directory = _directory(run, workspace)
    done = _rewrite(run, kept, directory, workspace, parameters)
    _refuse_unknown(parameters, done)
    schema = _schema(run, done, workspace)
    lines = [line for item in schema for line in parameter_lines(item["name"], done.chosen[item["name"]], item)]
    cell = "\n".join(lines) or "# This run had no parameters."
    described = json_schema(title, schema)
    metadata = {
        "version": 1,
        "pipeline": title,
        "run": run.id,
        "experiment": run.experiment,
        "directory": directory,
        "metrics": sorted(run.metrics),
        "parameters": schema,
        "parameters_cell": cell,
    }
    if len(json.dumps(described)) <= _SMALL:
        metadata["schema"] = described
    cells = [
        ("markdown", _introduction(run, title, _read_files(kept), path, directory, schema, workspace), []),
        *_formatted([*_cells(run, kept, done, cell, workspace)], path),
    ]
    return Composed(
        make_notebook(cells, metadata, "python3"),
        tuple(schema),
        tuple(done.candidates),
        done.secrets,
        done.variables,
        done.unnamed,
    )


def _rewrite(
    run: Run, kept: Sequence[Execution], directory: str, workspace: Workspace, more: Sequence[str]
) -> Rewritten:
    used = [name for name in run.parameters if run.origins.get(name, "from").startswith(("from", "explicit"))]
    # A configuration is recorded by its entries, `config.rate`; what the code assigns is the whole.
    wanted = dict.fromkeys([*(name.partition(".")[0] for name in used), *run.seeds, *more])
    return rewrite(
        [(one.index, one.source) for one in kept],
        list(wanted),
        {one.index: str((one.error or {}).get("ename", "an error")) for one in kept if not one.success},
        target=run.execution,
        defined={one.index: one.defined if one.observed else None for one in kept},
        opened=opened_texts((item for one in kept for item in one.opened), directory),
        is_local=_local(workspace.project, workspace.project / directory),
        effects=project_effects(workspace.project),
    )


def _refuse_unknown(names: Sequence[str], done: Rewritten) -> None:
    wrong = [name for name in names if name not in done.parameters]
    if wrong:
        told = ", ".join(map(repr, wrong))
        could = [one.partition(" = ")[0] for one in done.candidates]
        near = difflib.get_close_matches(wrong[0], could, n=3) or could
        hint = f"one of: {', '.join(near)}" if near else "only a name that a kept cell sets to a literal can be one"
        raise ParameterError(f"{told} cannot become a parameter: no kept cell sets it to one literal", hint=hint)


def _local(*folders: Path) -> Callable[[str], bool]:
    """Return what tells whether a module of some name lies in one of *folders*."""
    places = [place for folder in folders for place in (folder, folder / "src")]
    return lambda name: any(
        (place / f"{name}.py").is_file() or (place / name / "__init__.py").is_file() for place in places
    )


def _schema(run: Run, done: Rewritten, workspace: Workspace) -> list[dict[str, Any]]:
    seen = seen_values(run, done.parameters, workspace) if done.parameters else {}
    schema = []
    for name, one in done.chosen.items():
        item = {"name": name, "type": "any", "default": plain(one.value)} | one.item
        item["kind"] = "data" if name in done.data else "value"
        if name in seen and not item.get("secret"):
            item["seen"] = seen[name]
        schema.append(item)
    return schema


def _formatted(cells: list[_Cell], path: Path) -> list[_Cell]:
    """Return the cells in the project's own format; the parameters stay as papermill reads them."""
    places = [place for place, (kind, _, tags) in enumerate(cells) if kind == "code" and PARAMETERS not in tags]
    for place, source in zip(places, format_cells([cells[place][1] for place in places], path), strict=True):
        cells[place] = (cells[place][0], source, cells[place][2])
    return cells


def _cells(
    run: Run, kept: Sequence[Execution], done: Rewritten, parameters: str, workspace: Workspace
) -> Iterator[_Cell]:
    if done.imports:
        yield "code", "\n".join(done.imports), []
    yield "code", parameters, [PARAMETERS]
    secrets = [name for name, one in done.chosen.items() if one.item.get("secret")]
    if secrets:
        yield "code", secrets_cell(secrets), [SECRETS]
    headings = headings_above(workspace.project / run.notebook) if run.notebook else {}
    shown: set[int] = set()
    for one in kept:
        code = done.cells.get(one.index)
        if not code:
            continue
        above = [(number, line) for number, line in headings.get(one.cell or "", ()) if number not in shown]
        if above:
            yield "markdown", "\n\n".join(line for _, line in above), []
        shown |= {number for number, _ in above}
        yield "code", code, [TARGET] if one.index == run.execution else []


def _introduction(
    run: Run,
    title: str,
    files: Sequence[str],
    path: Path,
    directory: str,
    schema: Sequence[Mapping[str, Any]],
    workspace: Workspace,
) -> str:
    """Say which run it is made after, what it reads and what to type; no dates, so that nothing churns."""
    where = f"`{Path(run.notebook).name}`" if run.notebook else "a session"
    metrics = ", ".join(f"{name} {value:.5g}" for name, value in list(run.metrics.items())[:_MOST])
    made = f"Made to reproduce run `{run.id[:8]}` of {where}{metrics and f' ({metrics})'}."
    more = ", …" if len(files) > _MOST else ""
    reads = f" Reads {', '.join(f'`{file}`' for file in files[:_MOST])}{more}." if files else ""
    example = next((item for item in schema if type(item["default"]) in {int, float}), None)
    given = f" -p {example['name']} {example['default']}" if example else ""
    shown = workspace.relative(path)
    command = f"papermill {shlex.quote(shown)} out.ipynb --cwd {shlex.quote(directory)}{given}"
    return f"# {title}\n\n{made}{reads} Run it from the project's folder: `{command}`"


def _read_files(kept: Sequence[Execution]) -> list[str]:
    """Return the files that were read, as seen from the project; what lies elsewhere by its name alone."""
    read = [str(item["path"]) for one in kept for item in one.opened if str(item.get("mode", "r")).startswith("r")]
    return list(dict.fromkeys(Path(one).name if Path(one).is_absolute() else one for one in read))


def _directory(run: Run, workspace: Workspace) -> str:
    """Return the folder of the notebook, where its kernel ran, as seen from the project."""
    if not run.notebook:
        return "."
    folder = (workspace.project / run.notebook).parent
    return Path(os.path.relpath(folder, workspace.project)).as_posix()
