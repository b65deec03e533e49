"""Lines that are IPython's, not Python's: which survive in a pipeline, and stand-ins while code is taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from nbops.capture.secrets.redaction import MASK

_OURS = re.compile(
    r"^\s*(?:%%?track\b.*|%(?:load_ext|reload_ext)\s+nbops\s*|"
    r"%(?:nbops|runs|snapshot|promote|drift|register|assign|live)\b.*)$"
)
# Cell magics whose body runs as Python in the notebook's namespace.
_BODIES = {"time", "capture", "prun"}
# Line magics that only look, measure or make a session comfortable.
_LOOKING = {
    "timeit", "prun", "lprun", "mprun", "memit", "who", "who_ls", "whos", "pinfo", "pinfo2", "pdoc", "pdef", "pfile",
    "psource", "psearch", "pycat", "history", "hist", "lsmagic", "magic", "quickref", "precision", "pprint", "xmode",
    "pdb", "debug", "tb", "logstart", "logstop", "logon", "logoff", "logstate", "pwd", "ls", "ll", "la", "lx", "less",
    "more", "man", "page", "clear", "cls", "config", "autoreload", "aimport", "colors", "doctest_mode", "edit",
    "notebook", "save", "recall", "rep", "connect_info", "qtconsole", "autocall", "automagic", "dhist", "env_list",
}  # fmt: skip
_INSTALL = re.compile(
    r"(?:python3?\s+-m\s+)?(?:pip3?|conda|mamba|uv(?:\s+pip|\s+add)?|micromamba)\s+(?:install\s+|add\s+)?(?P<what>.*)",
    re.DOTALL,
)
_SCREENS = {"", "inline", "notebook", "widget", "ipympl", "nbagg"}
_SHORT = 100


@dataclass(frozen=True, slots=True)
class Masked:
    """A cell as Python.

    Attributes:
        head: Cell magics above the Python, such as `%%time`; None where the whole cell is another language's.
        code: Python, with a name in the place of each line that is IPython's.
        lines: Name → what it stands for.
        variables: Environment variables that were set to a masked secret, and have to be set outside.
    """

    head: str | None
    code: str
    lines: dict[str, str]
    variables: tuple[str, ...] = ()

    def restored(self, code: str) -> str:
        """Return *code*, in which the names stand, as IPython understands it."""
        for name, text in self.lines.items():
            code = code.replace(name, text)
        return f"{self.head}\n{code}" if self.head else code


def mask_magics(source: str) -> Masked:
    """Take a cell's magics out of its Python, without those that mean nothing in a pipeline.

    Args:
        source: As typed; lines that only concern tracking are dropped.
    """
    lines = [line for line in source.split("\n") if not _OURS.match(line)]
    while lines and not lines[0].strip():
        lines.pop(0)
    head: list[str] = []
    while lines and lines[0].startswith("%%"):
        if lines[0][2:].split(maxsplit=1)[0] not in _BODIES:
            return Masked(None, "\n".join([*head, *lines]).strip("\n"), {})
        head.append(lines.pop(0))
    code = "\n".join(lines).strip("\n")
    marks = ("%", "!", "?")
    if not any(mark in code for mark in marks):
        return Masked("\n".join(head), code, {})
    return _masked("\n".join(head), code)


def _masked(head: str, code: str) -> Masked:
    from IPython.core import inputtransformer2 as transforming

    finders = (
        transforming.MagicAssign,
        transforming.SystemAssign,
        transforming.EscapedCommand,
        transforming.HelpEnd,
    )
    kept: dict[str, str] = {}
    variables: list[str] = []
    for _ in range(code.count("\n") + 1):
        lines = code.splitlines(keepends=True)
        tokens = transforming.make_tokens_by_line(lines)
        found = [spot for finder in finders if (spot := finder.find(tokens)) is not None]  # type: ignore[no-untyped-call]
        if not found:
            break
        code = _replaced(lines, min(found, key=_order), transforming, kept, variables)
    return Masked(head, code.strip("\n"), kept, tuple(variables))


def _order(spot: Any) -> tuple[int, int, int]:
    return spot.start_line, spot.start_col, spot.priority


def _replaced(lines: list[str], spot: Any, transforming: Any, kept: dict[str, str], variables: list[str]) -> str:
    start = spot.start_line
    if isinstance(spot, transforming.HelpEnd):
        return "".join([*lines[:start], _nothing(lines[start]), *lines[spot.q_line + 1 :]])
    end = transforming.find_end_of_continued_line(lines, start) + 1
    whole = "".join(lines[start:end]).rstrip("\n")
    if isinstance(spot, transforming.EscapedCommand):
        indent, text = whole[: spot.start_col], whole[spot.start_col :]
        left = _policy(text, variables)
        if left is None:
            return "".join([*lines[:start], _nothing(lines[start]), *lines[end:]])
        if left.startswith("#"):
            return "".join([*lines[:start], f"{indent}{'pass  ' if indent else ''}{left}\n", *lines[end:]])
    else:
        indent, text = whole[: spot.start_col], whole[spot.start_col :]
    name = f"_ipython_line_{len(kept)}_"
    kept[name] = text
    return "".join([*lines[:start], f"{indent}{name}\n", *lines[end:]])


def _nothing(line: str) -> str:
    """Return what stands for a line that is gone: in a block something has to stay."""
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}pass\n" if indent else ""


def _policy(text: str, variables: list[str]) -> str | None:
    """Return the line as it shall be: None for none, a comment where it tells what a pipeline needs."""
    stripped = text.lstrip("%!?").strip()
    name, _, rest = stripped.partition(" ")
    installs = (
        _INSTALL.fullmatch(stripped)
        if text.startswith(("!", "%pip", "%conda", "%mamba", "%uv", "%micromamba"))
        else None
    )
    if installs and (text.startswith("%") or re.search(r"\b(?:install|add)\b", stripped)):
        words = [word for word in installs["what"].split() if not word.startswith("-")]
        return f"# needs {' '.join(words)[:_SHORT]}" if words else None
    if text.startswith("?"):
        return None
    if not text.startswith("%"):
        return text
    if name in {"env", "set_env"} and MASK in rest:
        variable = re.split(r"[\s=]", rest.strip(), maxsplit=1)[0]
        variables.append(variable)
        return f"# needs the environment variable {variable}"
    if name in _LOOKING or (name == "matplotlib" and rest.strip() in _SCREENS):
        return None
    return None if name in {"load_ext", "reload_ext"} and rest.strip() in {"autoreload", "nbops"} else text
