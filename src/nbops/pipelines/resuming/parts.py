"""Everything that a cell's result depends on, and its hash: the key of a cell."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any

from nbops.capture.code.generators import GENERATORS

_FEW = 3


@dataclass(frozen=True, slots=True)
class Parts:
    """What a cell's result depends on, each part named so that a change can be told.

    Attributes:
        code: Hash of the cell's text.
        inputs: What it reads (`df`, the working directory) → tokens of the executions that made and changed that.
        files: Path → hash of the content.
        packages: Distribution → version.
        modules: Path of a source file of the project → hash.
        variables: Name of an environment variable that the code reads → hash of its value.
        generators: Random generator that it draws from → hash of its state before.
        environment: Python, platform, format of checkpoints.
    """

    code: str
    inputs: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, str | None] = field(default_factory=dict)
    packages: dict[str, str | None] = field(default_factory=dict)
    modules: dict[str, str | None] = field(default_factory=dict)
    variables: dict[str, str | None] = field(default_factory=dict)
    generators: dict[str, str | None] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Hash of all parts."""
        return hash_of(asdict(self))


def hash_of(value: Any) -> str:
    """Return a hash of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:40]


def difference(earlier: Parts, now: Parts) -> str:
    """Say what is different now, in a few words; empty where nothing is."""
    if earlier.code != now.code:
        return "its code changed"
    found = [f"{PurePath(path).name} changed" for path in _changed(earlier.files, now.files)]
    found += [f"{PurePath(path).name} changed" for path in _changed(earlier.modules, now.modules)]
    for name in _changed(earlier.packages, now.packages):
        was, is_now = earlier.packages.get(name), now.packages.get(name)
        found.append(f"{name} is {is_now or 'gone'}, was {was or 'absent'}")
    found += [f"the environment variable {name} changed" for name in _changed(earlier.variables, now.variables)]
    for name in _changed(earlier.generators, now.generators):
        found.append(f"{GENERATORS.get(name, name)} random numbers stand elsewhere")
    found += [f"another {name}" for name in _changed(earlier.environment, now.environment)]
    found += [f"{subject.strip('`')} changed" for subject in _changed(earlier.inputs, now.inputs)]
    more = f" and {len(found) - _FEW} more" if len(found) > _FEW else ""
    return ", ".join(found[:_FEW]) + more


def _changed(earlier: dict[str, Any], now: dict[str, Any]) -> list[str]:
    return sorted(name for name in earlier.keys() | now.keys() if earlier.get(name) != now.get(name))
