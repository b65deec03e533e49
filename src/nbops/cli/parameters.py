"""papermill's letters for parameters, with papermill's order: -b, -f, -y, -p, -r; later ones win.

-p reads its text by the parameter's declared type; where there is none, as papermill does.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from nbops.pipelines.parameters.parse_text import parse_text

Command = TypeVar("Command", bound=Callable[..., Any])


def parameter_options(command: Command) -> Command:
    """Add the five options to *command*; it receives `parameters`, `raw`, `files`, `texts` and `encoded`."""
    for option in (
        click.option("-b", "--parameters_base64", "encoded", multiple=True, help="YAML, encoded as base64."),
        click.option("-y", "--parameters_yaml", "texts", multiple=True, help="YAML (or JSON) text."),
        click.option("-f", "--parameters_file", "files", multiple=True, help="YAML file."),
        click.option("-r", "--parameters_raw", "raw", nargs=2, multiple=True, help="NAME VALUE, VALUE as a string."),
        click.option(
            "-p",
            "--parameters",
            "parameters",
            nargs=2,
            multiple=True,
            help="NAME VALUE, read by the parameter's type; of a secret, secret:VARIABLE.",
        ),
    ):
        command = option(command)
    return command


def read_parameters(
    parameters: tuple[tuple[str, str], ...] = (),
    raw: tuple[tuple[str, str], ...] = (),
    files: tuple[str, ...] = (),
    texts: tuple[str, ...] = (),
    encoded: tuple[str, ...] = (),
    schema: Iterable[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the parameters that the options name.

    Args:
        parameters: Of `-p`.
        raw: Of `-r`.
        files: Of `-f`.
        texts: Of `-y`.
        encoded: Of `-b`.
        schema: The pipeline's parameters, whose types say what the texts of `-p` mean.

    Raises:
        click.UsageError: A file or text holds no mapping, or cannot be read.
    """
    values: dict[str, Any] = {}
    for text in encoded:
        values |= _mapping(_decoded(text), "-b")
    for name in files:
        values |= _mapping(_content(name), name)
    for text in texts:
        values |= _mapping(text, "-y")
    known = {str(item["name"]): item for item in schema or ()}
    values |= {name: parse_text(text, known.get(name)) for name, text in parameters}
    return values | dict(raw)


def _mapping(text: str, source: str) -> dict[str, Any]:
    import yaml

    class Loader(yaml.SafeLoader):
        """Dates stay text, as in papermill."""

    Loader.yaml_implicit_resolvers = {
        letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        value = yaml.load(text, Loader=Loader)  # noqa: S506 # a SafeLoader
    except yaml.YAMLError as error:
        raise click.UsageError(f"{source} is not YAML: {str(error).splitlines()[0]}") from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise click.UsageError(f"{source} must map names to values, not be a {type(value).__name__}")
    return {str(name): item for name, item in value.items()}


def _content(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{name} cannot be read: {error}") from error


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise click.UsageError(f"-b is not base64: {error}") from error
