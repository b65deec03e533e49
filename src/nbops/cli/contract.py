"""`nbops contract`: infer, check, compare, export, import and attach contracts on data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nbops.cli.answers import NO, Verbs, json_option, tell, tell_json, tell_notes

if TYPE_CHECKING:
    from nbops.contracts.contract import Contract
    from nbops.workspace import Workspace

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(cls=Verbs)
def contract() -> None:
    """Say what data are to be, hold data against it, and bind it to pipelines. CONTRACT is a name or a path."""


@contract.command()
@click.argument("source", metavar="DATA")
@click.option("--name", help="What to call it; default: the name of the data.")
@click.option("--to", type=_FILE, help="Where to write it; default: contracts/NAME.yaml in the project.")
@click.option("--sensitive", multiple=True, metavar="COLUMN", help="None of its values is ever shown; repeatable.")
@click.option("--time", help="Column that says when a row happened, to expect rows per window.")
@click.option("--window", help="Length of a window: 1D, 6h, 1W. Default with --time: 1D.")
@json_option
def infer(
    source: str, name: str | None, to: Path | None, sensitive: tuple[str, ...], time: str | None, window: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Infer a contract from DATA (a CSV or Parquet file, or a snapshot) and write it.

    Where there is one already, what people decided in it stays, and its version rises if anything else has changed.
    """
    from nbops.contracts.contract import contract as infer_contract
    from nbops.contracts.save_contract import save_contract
    from nbops.workspace import find_workspace

    place = find_workspace()
    made = infer_contract(source, name, time=time, window=window, sensitive=sensitive, workspace=place)
    saved = save_contract(made, to, place)
    if as_json:
        tell_json(_wire(saved.contract) | {"path": place.relative(saved.path), "changes": list(saved.changes)})
        return
    tell(saved.contract.to_yaml().rstrip("\n"))
    tell(saved.sentence, err=True)
    tell_notes(saved.changes)
    untyped = [one for one, terms in saved.contract.columns.items() if terms.type is None]
    if untyped:
        tell_notes([f"no type can be told of {', '.join(untyped)}: empty, or of mixed values"])


@contract.command()
@click.argument("source", metavar="DATA")
@click.option("--contract", "ref", metavar="CONTRACT", help="Default: the one of the project whose `data:` names DATA.")
@json_option
@click.pass_context
def check(ctx: click.Context, source: str, ref: str | None, as_json: bool) -> None:
    """Hold DATA (a CSV or Parquet file, or a snapshot) against a contract; exit code 3 where it blocks."""
    from nbops.workspace import find_workspace

    place = find_workspace()
    checked = _meant(source, ref, place).check(source, workspace=place)
    if as_json:
        tell_json(checked.to_wire())
    else:
        tell(str(checked))
    if not checked.ok:
        ctx.exit(NO)


@contract.command()
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@json_option
@click.pass_context
def diff(ctx: click.Context, before: str, after: str, as_json: bool) -> None:
    """Say what contract AFTER says otherwise than BEFORE; each may be a pipeline. Exit code 3 where they differ.

    Of a pipeline (NAME.ipynb) the copy that it carries is meant.
    """
    from nbops.contracts.diff_contracts import diff_contracts
    from nbops.workspace import find_workspace

    place = find_workspace()
    one, other = (_either(word, place) for word in (before, after))
    changes = diff_contracts(one, other)
    if as_json:
        tell_json({"before": one.version, "after": other.version, "changes": changes, "same": not changes})
    else:
        tell(f"{one.name} v{one.version} → {other.name} v{other.version}: {len(changes) or 'no'} changes")
        for line in changes:
            tell(f"  {line}")
    if changes:
        ctx.exit(NO)


@contract.command()
@click.argument("ref", metavar="CONTRACT")
@click.option(
    "--format", "form", type=click.Choice(["pandera", "pandera-python", "odcs"]), required=True,
    help="pandera: its YAML; pandera-python: code; odcs: Open Data Contract Standard 3.1.",
)  # fmt: skip
@click.option("--to", type=_FILE, help="Where to write it; default: stdout.")
def export(ref: str, form: str, to: Path | None) -> None:
    """Write CONTRACT in the form of another tool; what that cannot say stands in comments."""
    from nbops.contracts.exports.odcs import odcs_text
    from nbops.contracts.exports.pandera import pandera_text
    from nbops.workspace import find_workspace, write_file

    found = _read(ref, find_workspace())
    text = odcs_text(found) if form == "odcs" else pandera_text(found, form="yaml" if form == "pandera" else "python")
    if to is None:
        tell(text.rstrip("\n"))
        return
    write_file(to, text.encode())
    tell(f"{to} written")


@contract.command("import")
@click.argument("source", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="What to call it; default: the schema's name, or the file's.")
@click.option("--to", type=_FILE, help="Where to write it; default: contracts/NAME.yaml in the project.")
@json_option
def import_(source: Path, name: str | None, to: Path | None, as_json: bool) -> None:
    """Make a contract of the pandera schema in the YAML file FILE, and write it."""
    from nbops.contracts.exports.pandera import from_pandera
    from nbops.contracts.save_contract import save_contract
    from nbops.workspace import find_workspace

    place = find_workspace()
    saved = save_contract(from_pandera(source, name), to, place)
    if as_json:
        tell_json(_wire(saved.contract) | {"path": place.relative(saved.path), "changes": list(saved.changes)})
        return
    tell(saved.contract.to_yaml().rstrip("\n"))
    tell(saved.sentence, err=True)


@contract.command()
@click.argument("pipeline")
@click.argument("parameter")
@click.argument("ref", metavar="[CONTRACT]", required=False)
@click.option("--detach", is_flag=True, help="Take off the contract that the parameter has.")
def attach(pipeline: str, parameter: str, ref: str | None, detach: bool) -> None:
    """Copy CONTRACT into PIPELINE: every run holds the data that PARAMETER names against it, before it starts."""
    from nbops.pipelines.attach import attach as bind

    if detach == (ref is not None):
        raise click.UsageError("name a CONTRACT, or --detach")
    found = bind(pipeline, parameter, ref)
    if found is None:
        tell(f"{parameter} of {pipeline} has no contract any longer")
    else:
        tell(f"{parameter} of {pipeline} is held against {found.name} v{found.version}")


def _read(ref: str, place: Workspace) -> Contract:
    from nbops.contracts.contract import Contract
    from nbops.contracts.find_contract import find_contract

    return Contract.read(find_contract(ref, place))


def _meant(source: str, ref: str | None, place: Workspace) -> Contract:
    if ref is not None:
        return _read(ref, place)
    from nbops.contracts.find_contract import contracts_for

    found = [one for _, one in contracts_for(source, Path.cwd(), place)]
    if len(found) != 1:
        names = ", ".join(one.name for one in found)
        said = f"several contracts name {source}: {names}" if found else f"no contract of the project names {source}"
        raise click.UsageError(f"{said}; say which: --contract NAME")
    return found[0]


def _either(word: str, place: Workspace) -> Contract:
    """Return the contract, or the only one that a pipeline carries."""
    if not word.endswith(".ipynb"):
        return _read(word, place)
    from nbops.pipelines.list_pipelines import find_pipeline
    from nbops.pipelines.notebook.attached_contracts import attached_contracts
    from nbops.pipelines.notebook.notebooks import read_notebook

    found = attached_contracts(read_notebook(find_pipeline(word, place)))
    if len(found) != 1:
        raise click.UsageError(f"{word} carries {len(found) or 'no'} contracts: {', '.join(found)}")
    return next(iter(found.values()))


def _wire(found: Contract) -> dict[str, Any]:
    from nbops.contracts.write_contract import plain_contract

    return plain_contract(found)
