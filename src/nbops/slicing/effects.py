"""The table of effects: what calls do outside the names that they are given."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbops.errors import ConfigError

SHIPPED = Path(__file__).with_name("effects.toml")
_OWN = "nbops-effects.toml"
_ACTIONS = ("sets", "changes", "reads", "leaves")
_FILES = ("reads", "writes", "lists", "copies", "commands")
_IMPORTS = ("quiet", "lively")
_OBJECTS = ("fresh", "frames", "views", "stateful", "weak", "readers", "changers", "argument_changers", "iterators")


class Patterns:
    """Names and prefixes (`numpy.random.*`); of the meanings about one thing, those of the longest match count."""

    def __init__(self, pairs: Iterable[tuple[str, Any]]) -> None:
        self._exact: dict[str, list[Any]] = {}
        self._prefixes: dict[str, list[Any]] = {}
        for pattern, meaning in pairs:
            table, key = (self._prefixes, pattern[:-1]) if pattern.endswith("*") else (self._exact, pattern)
            table.setdefault(key, []).append(meaning)
        self._longest = sorted(self._prefixes, key=len, reverse=True)
        self._worded = {key.partition(" ")[0] for key in (*self._exact, *self._prefixes) if " " in key}
        self._found: dict[str, tuple[Any, ...]] = {}
        self._starts: dict[str, bool] = {}

    def match_call(self, name: str, texts: tuple[str, ...]) -> tuple[Any, ...]:
        """Return what calling *name* means, where *texts* are the strings that it is given."""
        if texts and name in self._worded:
            worded = self.match(f"{name} {texts[0]}")
            told = {_subject(meaning) for meaning in worded}
            return (*worded, *(meaning for meaning in self.match(name) if _subject(meaning) not in told))
        return self.match(name)

    def match(self, name: str) -> tuple[Any, ...]:
        """Return what *name* means; empty where no pattern matches."""
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = tuple(self._look_up(name))
        return found

    def begins(self, start: str) -> bool:
        """Whether any pattern begins with *start*."""
        if start not in self._starts:
            self._starts[start] = any(key.startswith(start) for key in (*self._exact, *self._prefixes))
        return self._starts[start]

    def _look_up(self, name: str) -> Iterator[Any]:
        settled: set[str] = set()
        lists = [self._exact.get(name, [])]
        lists += [self._prefixes[prefix] for prefix in self._longest if name.startswith(prefix)]
        for meanings in lists:
            new = [meaning for meaning in meanings if _subject(meaning) not in settled]
            settled.update(_subject(meaning) for meaning in new)
            yield from new


def _subject(meaning: Any) -> str:
    return str(meaning[0]) if isinstance(meaning, tuple) else ""


@dataclass(frozen=True)
class Resource:
    """Something outside the namespace that executions set, change and read.

    Attributes:
        name: Its key in the table.
        says: How sentences name it.
        readers: Who depends on it: `drawn`, `named`, `any` or `none`.
    """

    name: str
    says: str
    readers: str = "any"


@dataclass(frozen=True)
class Effects:
    """The table, ready to be asked. Call `read_effects` to get one.

    Attributes:
        resources: By name.
        calls: Function or method → (resource, `sets` | `changes` | `reads` | `leaves`).
        stores: Attribute path → resource that its assignment changes.
        files: Function or method → (`reads` | `writes` | `lists`, the same).
        objects: For each list of `[objects]`, its patterns.
        imports: For each list of `[imports]`, its modules.
    """

    resources: dict[str, Resource]
    calls: Patterns
    stores: Patterns
    files: Patterns
    objects: dict[str, Patterns] = field(repr=False)
    imports: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)

    def resource(self, name: str) -> Resource:
        """Return the resource of that name; one that the table does not know may matter to everybody."""
        return self.resources.get(name) or Resource(name, f"`{name}`")

    def knows(self, module: str) -> bool:
        """Whether any entry is about *module*."""
        return any(patterns.begins(f"{module}.") for patterns in (self.calls, *self.objects.values()))

    def is_quiet(self, module: str) -> bool:
        """Whether importing *module*, or a name of it, is known to do nothing that other code could notice."""
        parts = module.split(".")
        for size in range(len(parts), 0, -1):
            name = ".".join(parts[:size])
            if name in self.imports.get("lively", ()):
                return False
            if name in self.imports.get("quiet", ()):
                return True
        return parts[0] in sys.stdlib_module_names

    def says(self, listed: str, name: str) -> bool:
        """Whether *name* is in the list *listed* of `[objects]`."""
        return bool(self.objects[listed].match(name))


def project_effects(project: Path) -> Effects:
    """Read the shipped table and what *project* adds to it in `nbops-effects.toml`.

    Raises:
        ConfigError: As `read_effects`.
    """
    return read_effects(project / _OWN)


def read_effects(*more: Path) -> Effects:
    """Read the shipped table and the files *more*, whose lists are added to it.

    Raises:
        ConfigError: A file is not TOML, or holds tables or lists that mean nothing.
    """
    return _read(tuple(path.absolute() for path in more if path.is_file()))


@lru_cache(maxsize=8)
def _read(more: tuple[Path, ...]) -> Effects:
    resources: dict[str, Resource] = {}
    calls: list[tuple[str, Any]] = []
    stores: list[tuple[str, Any]] = []
    files: list[tuple[str, Any]] = []
    objects: dict[str, list[tuple[str, Any]]] = {name: [] for name in _OBJECTS}
    imports: dict[str, frozenset[str]] = dict.fromkeys(_IMPORTS, frozenset())
    for path in (SHIPPED, *more):
        table = _table(path)
        for name, entry in table.get("resource", {}).items():
            known = resources.get(name, Resource(name, name))
            resources[name] = Resource(name, entry.get("says", known.says), entry.get("readers", known.readers))
            for action in _ACTIONS:
                calls += [(pattern, (name, action)) for pattern in _list(entry, action, path)]
            stores += [(pattern, name) for pattern in _list(entry, "stores", path)]
        for action in _FILES:
            files += [(pattern, (action, action)) for pattern in _list(table.get("files", {}), action, path)]
        for name in _OBJECTS:
            objects[name] += [(pattern, True) for pattern in _list(table.get("objects", {}), name, path)]
        for name in _IMPORTS:
            imports[name] |= set(_list(table.get("imports", {}), name, path))
    patterns = {name: Patterns(pairs) for name, pairs in objects.items()}
    return Effects(resources, Patterns(calls), Patterns(_both(stores)), Patterns(files), patterns, imports)


def _table(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, OSError) as error:
        raise ConfigError(f"{path.name} cannot be read: {error}") from error
    unknown = set(table) - {"resource", "files", "objects", "imports"}
    unknown |= {f"files.{key}" for key in table.get("files", {}) if key not in _FILES}
    unknown |= {f"objects.{key}" for key in table.get("objects", {}) if key not in _OBJECTS}
    unknown |= {f"imports.{key}" for key in table.get("imports", {}) if key not in _IMPORTS}
    if unknown:
        names = ", ".join(sorted(unknown))
        raise ConfigError(f"{path.name} holds {names}, which means nothing", hint="resource, files, objects, imports")
    return table


def _list(entry: dict[str, Any], key: str, path: Path) -> list[str]:
    found = entry.get(key, [])
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise ConfigError(f"{key} in {path.name} must be a list of names")
    return found


def _both(stores: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    for pattern, name in stores:
        yield pattern, name
        yield f"{pattern}.*", name
