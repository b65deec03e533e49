"""What a notebook imports, as far as it can be imported before the notebook runs and nobody could tell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

Import = tuple[str, tuple[str, ...]]

# After one of these an import may give something else than it gives now: another environment, search path or version.
_TURNING_POINTS = frozenset({
    "environ", "putenv", "unsetenv", "environb", "load_dotenv", "meta_path", "path_hooks", "path_importer_cache",
    "modules", "subprocess", "Popen", "system", "popen", "execv", "execve", "get_ipython", "exec", "eval", "site",
    "runpy", "invalidate_caches", "setlocale", "tzset",
})  # fmt: skip
_QUIET_MAGICS = frozenset(
    {"matplotlib", "load_ext", "time", "timeit", "capture", "track", "config", "autosave", "nbops"}
)
_MAGIC = re.compile(r"\s*(%%?|!!?|\?)\s*(\w*)(.*)")


def imports_of(sources: Iterable[str]) -> tuple[Import, ...]:
    """Return (module, names) of the imports at top level, in order, up to the first turning point.

    Args:
        sources: The code cells, in the order in which they will run.
    """
    found: dict[str, dict[str, None]] = {}
    for source in sources:
        code, turned = _without_magics(source)
        try:
            statements = ast.parse(code).body
        except SyntaxError:
            break
        for statement in statements:
            if _turns(statement):
                turned = True
                break
            for module, names in _imported(statement):
                found.setdefault(module, {}).update(dict.fromkeys(names))
        if turned:
            break
    return tuple((module, tuple(names)) for module, names in found.items())


def _without_magics(source: str) -> tuple[str, bool]:
    lines: list[str] = []
    for line in source.splitlines():
        match = _MAGIC.match(line)
        if match is None:
            lines.append(line)
        elif match[1] not in {"%", "%%"} or match[2] not in _QUIET_MAGICS:
            return "\n".join(lines), True  # `!pip install`, `%env`, `%run`, `%%bash` …
        else:
            lines.append("")
    return "\n".join(lines), False


def _turns(statement: ast.stmt) -> bool:
    # What a function does happens when it is called: its body counts as well, wherever the call stands.
    for node in ast.walk(statement):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name in _TURNING_POINTS:
            return True
        if name == "path" and isinstance(node, ast.Attribute) and ast.unparse(node.value) == "sys":
            return True
        if (
            isinstance(node, ast.ImportFrom)
            and node.module == "sys"
            and any(item.name == "path" for item in node.names)
        ):
            return True
    return False


def _imported(statement: ast.stmt) -> Iterator[Import]:
    if isinstance(statement, ast.Import):
        for item in statement.names:
            yield item.name, ()
    elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
        if statement.module != "__future__":
            yield statement.module, tuple(item.name for item in statement.names)
    elif isinstance(statement, ast.Try):
        for inner in statement.body:
            yield from _imported(inner)
