"""Everything that a cell's result depends on, and its hash: the key of a cell."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any

from nbops.capture.code.generators import GENERATORS

CODE, IMPORT = "<code>", "<import>"
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
        origins: What each of `inputs` comes from, only to be told: path → hash of files and modules behind it, `CODE` →
            hash of the code, `IMPORT` where it is a module.
    """

    code: str
    inputs: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, str | None] = field(default_factory=dict)
    packages: dict[str, str | None] = field(default_factory=dict)
    modules: dict[str, str | None] = field(default_factory=dict)
    variables: dict[str, str | None] = field(default_factory=dict)
    generators: dict[str, str | None] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    origins: dict[str, dict[str, str | None]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Hash of all parts but the origins, whose changes show in the inputs."""
        return hash_of({name: value for name, value in asdict(self).items() if name != "origins"})

    @property
    def behind(self) -> dict[str, str | None]:
        """What comes from this comes from all of this."""
        found: dict[str, str | None] = {}
        for origin in self.origins.values():
            found |= {path: digest for path, digest in origin.items() if path not in {CODE, IMPORT}}
        codes = sorted(str(origin[CODE]) for origin in self.origins.values() if CODE in origin)
        return found | self.files | self.modules | {CODE: hash_of([self.code, codes])}


def hash_of(value: Any) -> str:
    """Return a hash of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:40]


def difference(earlier: Parts, now: Parts) -> str:
    """Say what is different now, in a few words; empty where nothing is."""
    if earlier.code != now.code:
        return "its code changed"
    found = [
        f"{PurePath(path).name} changed" for path in _changed(earlier.files | earlier.modules, now.files | now.modules)
    ]
    for name in _changed(earlier.packages, now.packages):
        was, is_now = earlier.packages.get(name), now.packages.get(name)
        found.append(f"{name} is {is_now or 'gone'}, was {was or 'absent'}")
    found += [f"the environment variable {name} changed" for name in _changed(earlier.variables, now.variables)]
    for name in _changed(earlier.generators, now.generators):
        found.append(f"{GENERATORS.get(name, name)} random numbers stand elsewhere")
    found += [f"another {name}" for name in _changed(earlier.environment, now.environment)]
    found += _moved_inputs(earlier, now, told=bool(found))
    more = f" and {len(found) - _FEW} more" if len(found) > _FEW else ""
    return ", ".join(found[:_FEW]) + more


def _moved_inputs(earlier: Parts, now: Parts, *, told: bool) -> list[str]:
    """Say which inputs changed, by what they come from where that is known; modules only where nothing is *told*."""
    files: dict[str, list[str]] = {}
    codes: list[str] = []
    values: list[str] = []
    modules: list[str] = []
    for subject in _changed(earlier.inputs, now.inputs):
        name = subject.strip("`")
        was, is_now = earlier.origins.get(subject, {}), now.origins.get(subject, {})
        moved = _changed(was, is_now)
        paths = [path for path in moved if path not in {CODE, IMPORT}] if was and is_now else []
        for path in paths:
            files.setdefault(PurePath(path).name, []).append(name)
        if paths:
            continue
        if IMPORT in was or IMPORT in is_now:
            modules.append(f"the module {name} changed")
        elif CODE in moved and CODE in was and CODE in is_now:
            codes.append(name)
        else:
            values.append(f"{name} changed")
    found = [f"{file} changed, which {', '.join(names)} came from" for file, names in files.items()]
    found += [f"the code that makes {', '.join(codes)} changed"] if codes else []
    return [*found, *values, *([] if told or found or values else modules)]


def _changed(earlier: dict[str, Any], now: dict[str, Any]) -> list[str]:
    return sorted(name for name in earlier.keys() | now.keys() if earlier.get(name) != now.get(name))
