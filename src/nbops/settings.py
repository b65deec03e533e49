"""What a user can set, and where each value came from.

Order: `NBOPS_*` environment variable, `[tool.nbops]` in the nearest `pyproject.toml`, default. Arguments of a
call or magic come before all of these and are applied by whoever takes them.
"""

from __future__ import annotations

import difflib
import os
import tomllib
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbops.errors import ConfigError

_PREFIX = "NBOPS_"
_DATA = ("auto", "never")
_OTHERS = {
    f"{_PREFIX}{name}"
    for name in ("WORKSPACE", "RECORDER", "RECORDER_IDLE", "PIPELINE_SPEC", "ACTOR", "ORIGIN", "WARM", "WARM_IDLE")
}
_told: set[str] = set()
_SHORT = 12
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default.

    Attributes:
        tracking_uri: MLflow server or store; empty means MLflow's own environment, else the workspace's SQLite file.
        experiment: MLflow experiment of tracked cells; empty means the notebook's name.
        quiet: Show no card under a tracked cell.
        data: `auto` snapshots the frames that a tracked cell reads, `never` does not.
        upload_data: Let raw rows leave the workspace (otherwise digest, schema and profile only).
        fingerprint_ms: Time that a cell may spend on telling which large objects it changed, in milliseconds.
        snapshot_ms: Time that a cell may spend on its data, in milliseconds. What cannot be snapshotted in it is
            copied, for the recorder to store; what cannot even be copied is `by reference`.
        snapshot_mb: Largest frame that is snapshotted without being asked for, in megabytes.
        snapshot_gb: Quota of the local snapshot store, in gigabytes.
        snapshots: Shared snapshot store beyond the workspace's own folder: a folder, or any fsspec URL such as
            `s3://bucket/prefix`. Naming one is the request that lets raw rows leave the workspace: every snapshot taken
            in it, also earlier and automatic ones, is uploaded. Credentials belong into the environment or fsspec's
            own configuration, not into the URL.
        checkpoint_gb: Quota of what pipelines' cells left behind, kept for later runs, in gigabytes; 0 keeps nothing.
        model_mb: Largest model that is stored without being asked for, in megabytes.
    """

    tracking_uri: str = ""
    experiment: str = ""
    quiet: bool = False
    data: str = "auto"
    upload_data: bool = False
    fingerprint_ms: int = 50
    snapshot_ms: int = 250
    snapshot_mb: int = 1000
    snapshot_gb: float = 10.0
    snapshots: str = ""
    checkpoint_gb: float = 5.0
    model_mb: int = 500


def usable_settings(project: Path) -> Settings:
    """Read the settings of *project*; those that cannot be used stay at their defaults, with one warning."""
    settings, problems = read_settings(project)
    if (told := "; ".join(problems)) and told not in _told:
        _told.add(told)
        sentence = f"{told}; defaults hold until it is mended"
        with suppress(RuntimeWarning):  # `simplefilter("error")` is meant for the user's code; doctor says it too
            warnings.warn_explicit(sentence, RuntimeWarning, "nbops", 1, module="nbops")
    return settings


def resolve_settings(project: Path) -> Settings:
    """Read the settings that hold in *project*.

    Raises:
        ConfigError: A value has the wrong type, or `pyproject.toml` names an unknown setting; the sentence names all.
    """
    settings, problems = read_settings(project)
    if problems:
        raise ConfigError("; ".join(problems), hint=f"settings are: {', '.join(Settings.__dataclass_fields__)}")
    return settings


def read_settings(project: Path) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings of *project* as far as they can be used, and a sentence about each one that cannot."""
    problems: list[str] = []
    values: dict[str, Any] = {}
    try:
        table, source = read_table(project)
    except ConfigError as error:
        table, source, problems = {}, "", [str(error)]
    table.pop("gates", None)  # a policy, read by the registry
    table.pop("alerts", None)  # routes, read where alerts are sent
    capture = table.pop("capture", {})
    given = [(name, value, source) for name, value in (table | capture).items()]
    given += [
        (name, os.environ[variable], variable)
        for name in Settings.__dataclass_fields__
        for variable in (f"{_PREFIX}CAPTURE_{name.upper()}", f"{_PREFIX}{name.upper()}")
        if variable in os.environ
    ]
    for name, value, place in given:
        try:
            values[name] = _typed(name, value, place)
        except ConfigError as error:
            problems.append(str(error))
    return Settings(**values), tuple(problems)


def unknown_variables() -> tuple[str, ...]:
    """Return the `NBOPS_…` variables of the environment that mean nothing to nbops."""
    names = {name.upper() for name in Settings.__dataclass_fields__}
    known = {f"{_PREFIX}{name}" for name in names} | {f"{_PREFIX}CAPTURE_{name}" for name in names} | _OTHERS
    return tuple(sorted(name for name in os.environ if name.startswith(_PREFIX) and name not in known))


def read_table(project: Path) -> tuple[dict[str, Any], str]:
    """Return `[tool.nbops]` of the nearest `pyproject.toml` and that file's path; both empty where there is none.

    Raises:
        ConfigError: The file is not TOML.
    """
    for folder in (project, *project.parents):
        path = folder / "pyproject.toml"
        if path.is_file():
            try:
                content = tomllib.loads(path.read_text(encoding="utf-8"))
            except tomllib.TOMLDecodeError as error:
                raise ConfigError(f"{path} is not TOML: {error}") from error
            return dict(content.get("tool", {}).get("nbops", {})), str(path)
    return {}, ""


def _typed(name: str, value: Any, source: str) -> Any:
    if name not in Settings.__dataclass_fields__:
        near = difflib.get_close_matches(name, Settings.__dataclass_fields__, 1)
        meant = f" (is it {near[0]!r}?)" if near else ""
        raise ConfigError(f"[tool.nbops] in {source} has an unknown setting {name!r}{meant}")
    if name == "data" and value not in _DATA:
        raise ConfigError(f"data is {_shown(value)} in {source}, must be 'auto' or 'never'")
    wanted = type(getattr(Settings(), name))
    if wanted is bool:
        if isinstance(value, bool):
            return value
        if str(value).lower() in _TRUE | _FALSE:
            return str(value).lower() in _TRUE
    elif wanted is str and isinstance(value, str):
        return value
    elif wanted in {int, float} and not isinstance(value, bool):
        try:
            return wanted(value)
        except (TypeError, ValueError):
            pass
    raise ConfigError(f"{name} is {_shown(value)} in {source}, must be of type {wanted.__name__}")


def _shown(value: Any) -> str:
    # A password may have got there by mistake; a word or a number is none.
    plain = len(str(value)) <= _SHORT and (str(value).isalpha() or not isinstance(value, str))
    return repr(value) if plain else f"a text of {len(str(value))} characters"
