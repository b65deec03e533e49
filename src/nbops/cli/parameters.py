"""papermill's letters for parameters, with papermill's meaning and order: -b, -f, -y, -p, -r; later ones win."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

_WORDS = {"True": True, "False": False, "None": None}


def parameter_options(command: Command) -> Command:
    """Add the five options to *command*; it receives `parameters`, `raw`, `files`, `texts` and `encoded`."""
    for option in (
        click.option("-b", "--parameters_base64", "encoded", multiple=True, help="YAML, encoded as base64."),
        click.option("-y", "--parameters_yaml", "texts", multiple=True, help="YAML (or JSON) text."),
        click.option("-f", "--parameters_file", "files", multiple=True, help="YAML file."),
        click.option("-r", "--parameters_raw", "raw", nargs=2, multiple=True, help="NAME VALUE, VALUE as a string."),
        click.option("-p", "--parameters", "parameters", nargs=2, multiple=True, help="NAME VALUE."),
    ):
        command = option(command)
    return command


def read_parameters(
    parameters: tuple[tuple[str, str], ...] = (),
    raw: tuple[tuple[str, str], ...] = (),
    files: tuple[str, ...] = (),
    texts: tuple[str, ...] = (),
    encoded: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the parameters that the options name.

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
    values |= {name: typed(text) for name, text in parameters}
    return values | dict(raw)


def typed(text: str) -> Any:
    """Return *text* as papermill reads it: True, False, None, an integer, a float, else the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _mapping(text: str, source: str) -> dict[str, Any]:
    import yaml

    class Loader(yaml.SafeLoader):  # type: ignore[misc] # PyYAML ships no types
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
