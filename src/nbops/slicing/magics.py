"""Calls into IPython that a cell's translated code holds: line magics, cell magics, shell commands."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

_LOOKS = frozenset(
    "ls ll pwd cat head tail wc du df file which date echo nvidia-smi free uname whoami tree stat".split()  # noqa: SIM905
)
_GIT_LOOKS = frozenset({"status", "log", "diff", "show", "branch", "describe"})
_DOES_MORE = re.compile(r"[>|;&`\n]|\$\(")
_BODIES = {"time", "timeit", "capture", "prun", "memit"}


@dataclass(frozen=True, slots=True)
class Magic:
    """One call into IPython.

    Attributes:
        words: Its name with one `%`, then the words that follow.
        code: Python that it executes here; None where it executes none.
    """

    words: tuple[str, ...]
    code: str | None = None


def read_magic(node: ast.Call) -> Magic | None:  # noqa: PLR0911 # one way out for each kind of call
    """Read `get_ipython().run_line_magic(…)` and its like; None for every other call."""
    function = node.func
    if not (isinstance(function, ast.Attribute) and isinstance(function.value, ast.Call)):
        return None
    owner = function.value.func
    if not (isinstance(owner, ast.Name) and owner.id == "get_ipython"):
        return None
    given = [item.value if isinstance(item, ast.Constant) and isinstance(item.value, str) else "" for item in node.args]
    given += ["", "", ""]
    if function.attr in {"system", "getoutput", "system_piped", "getoutput_"}:
        if function.attr == "system" and _only_looks(given[0]):
            return Magic(("%ls",))
        return Magic(("%pip" if given[0].strip().startswith(("pip ", "conda ")) else "%system", given[0]))
    if function.attr in {"run_cell", "ex", "ev"}:
        return Magic(("%run_cell",), given[0])
    if function.attr == "run_line_magic":
        return _line(given[0], given[1])
    if function.attr == "run_cell_magic":
        return _cell(given[0], given[1], given[2])
    return None


def _only_looks(command: str) -> bool:
    """Whether the shell command *command* shows something and does nothing else."""
    words = command.split()
    if not words or _DOES_MORE.search(command):
        return False
    return words[0] in _LOOKS or (words[0] == "git" and not _GIT_LOOKS.isdisjoint(words[1:2]))


def _line(name: str, line: str) -> Magic:
    if name in _BODIES:
        return Magic((f"%{name}",), _without_flags(line))
    return Magic((f"%{name}", *line.split()))


def _cell(name: str, line: str, body: str) -> Magic:
    if name in _BODIES:
        code = _as_python(body)
        if name == "capture" and (names := [word for word in line.split() if word.isidentifier()]):
            code = f"{code.rstrip()}\n{names[0]} = None"
        return Magic((f"%{name}",), code)
    if name in {"python", "python3", "bash", "sh", "script", "html", "javascript", "js", "latex", "svg", "markdown"}:
        return Magic((f"%{name}", *line.split()))
    return Magic((f"%{name}", *line.split(), body))


def _without_flags(line: str) -> str:
    words = line.lstrip()
    while words.startswith("-"):
        flag, _, words = words.partition(" ")
        words = words.lstrip()
        if flag in {"-n", "-r"}:
            words = words.partition(" ")[2].lstrip()
    return words


def _as_python(body: str) -> str:
    if not any(line.lstrip().startswith(("%", "!", "?")) for line in body.splitlines()):
        return body
    from IPython.core.inputtransformer2 import TransformerManager

    return str(TransformerManager().transform_cell(body))  # type: ignore[no-untyped-call]
