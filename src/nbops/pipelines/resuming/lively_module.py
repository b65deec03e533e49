"""Modules of the project whose results do not follow from their source: users of theirs are never skipped."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nbops.pipelines.resuming.never_skipped import NOW, UNSEEDED, never_skipped

_STARRED = {"os", "time", "random", "datetime", "secrets", "uuid", "socket", "subprocess", "shutil", "pathlib"}
_SEEDABLE = {"default_rng", "RandomState", "Random", "SeedSequence", "PCG64", "MT19937", "Philox", "SFC64"}


def lively_module(own: Mapping[str, str], used: Iterable[str]) -> str:
    """Return the end of "it …" for a module that mentions what cannot be repeated.

    That is the clock, entropy, environment variables, the network, databases, other programs, threads, and what looks
    into folders. Files that it opens are seen when it does. Empty where there is none.

    Args:
        own: Name → path of the source of the project's loaded modules.
        used: Top-level modules that the code uses; what these import counts too.
    """
    roots = set(used)
    waiting = [name for name in own if name.partition(".")[0] in roots]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        told = _told(own[name], _changed(own[name]))
        if told.lively:
            return f"uses {Path(own[name]).name}, which {told.lively}"
        waiting += [other for other in own if told.imports & set(other.split(".")) or told.any]
    return ""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a source says: `lively`, why it cannot be repeated; `imports`, parts of names; `any`, also unnamed ones."""

    lively: str
    imports: frozenset[str] = frozenset()
    any: bool = False


def _changed(path: str) -> tuple[int, int]:
    try:
        told = Path(path).stat()
    except OSError:
        return 0, 0
    return told.st_mtime_ns, told.st_size


@lru_cache(maxsize=256)
def _told(path: str, changed: tuple[int, int]) -> _Told:  # noqa: ARG001 # part of the cache's key
    try:
        source = Path(path).read_bytes()
        tree = ast.parse(source)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return _Told("cannot be read")
    words: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            named = [item.name for item in node.names] + [getattr(node, "module", None) or ""]
            words.update(part for name in named for part in name.split("."))
    text = source.decode(errors="replace")
    return _Told(_mentions(tree, text), frozenset(words), "import_module" in text or "__import__" in text)


def _mentions(tree: ast.Module, text: str) -> str:
    if UNSEEDED.search(text) or _seeded_by_nothing(tree):
        return "draws from a generator that has no seed"
    if NOW.search(text):
        return "reads the clock"
    aliases, starred = _imports(tree)
    if starred & _STARRED:
        return "imports names that cannot be told"
    for name in _names(tree, aliases):
        for says, fickle in never_skipped().match(name):
            if fickle:
                return f"{says} ({name.strip('.')})"
        if name.startswith(("os.environ", "os.getenv")):
            return "reads environment variables"
    return ""


def _imports(tree: ast.Module) -> tuple[dict[str, str], set[str]]:
    """Return name → what it was imported as, in full, and the modules of which everything is imported."""
    aliases: dict[str, str] = {}
    starred = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for item in node.names:
                bound = item.asname or item.name.partition(".")[0]
                aliases[bound] = item.name if item.asname else bound
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            starred |= {node.module for item in node.names if item.name == "*"}
            aliases |= {item.asname or item.name: f"{node.module}.{item.name}" for item in node.names}
    return aliases, starred


def _names(tree: ast.Module, aliases: dict[str, str]) -> Iterator[str]:
    """Yield what the module names: imported things in full, called methods with a dot before, called builtins."""
    yield from aliases.values()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            full = _dotted(node)
            root, _, rest = full.partition(".")
            if root in aliases:
                yield f"{aliases[root]}.{rest}"
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield f".{node.func.attr}"
            elif isinstance(node.func, ast.Name) and node.func.id not in aliases:
                yield node.func.id
            called = _called(node, aliases)
            texts = [item.value for item in node.args if isinstance(item, ast.Constant) and type(item.value) is str]
            yield from (f"{called} {text}" for text in texts[:1])


def _called(node: ast.Call, aliases: dict[str, str]) -> str:
    root, dot, rest = _dotted(node.func).partition(".")
    return f"{aliases.get(root, root)}{dot}{rest}"


def _dotted(node: ast.AST) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id if isinstance(node, ast.Name) else "", *reversed(parts)])


def _seeded_by_nothing(tree: ast.Module) -> bool:
    """Say whether a generator is made with a seed that may be None: `def draw(seed=None): default_rng(seed)`."""
    nothing: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.arguments):
            positional = [*node.posonlyargs, *node.args]
            pairs = [*zip(reversed(positional), reversed(node.defaults), strict=False)]
            pairs += [(arg, default) for arg, default in zip(node.kwonlyargs, node.kw_defaults, strict=True) if default]
            nothing |= {arg.arg for arg, default in pairs if _is_none(default)}
        elif isinstance(node, ast.Assign) and _is_none(node.value):
            nothing |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    made = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    made = [node for node in made if _dotted(node.func).rpartition(".")[2] in _SEEDABLE]
    given = [item for node in made for item in [*node.args, *(keyword.value for keyword in node.keywords)]]
    return any(isinstance(item, ast.Name) and item.id in nothing for item in given)


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
