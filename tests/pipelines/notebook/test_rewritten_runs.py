"""Whatever cells are rewritten: run in order, they leave the namespace that the typed ones left."""

from __future__ import annotations

import ast
import types

import libcst
from hypothesis import given, settings
from hypothesis import strategies as st

from nbops.pipelines.notebook.parameters_cell import parameter_lines
from nbops.pipelines.notebook.rewrite import rewrite
from nbops.pipelines.notebook.typed_code import read_code
from nbops.pipelines.parameters.plain import plain

NAMES = ("a", "b", "c", "rate", "max")
LITERALS = ("1", "-0.5", "'x=1#2'", "None", "[1, 2]", "(1,)", "{'k': 1}", "2**3", "True", "b'z'", '"""q\n\n\n  r"""')
IMPORTS = (
    "import math",
    "import os, math",
    "import json as b",
    "from math import floor",
    "from math import floor as c",
    "from math import *",
    "from string import *",
    "from operator import add as floor",
    "import os.path",
)
OTHERS = (
    "a = [a, 1]",
    "if b: c = 1",
    "for c in range(2): pass",
    "def a(): return 1",
    "max = max(1, 2)",
    "a; b",
    "len('x')",
    "def f():\n    rate = 9\n    return rate\nrate2 = f()",
    "[a for a in range(2)]",
    "del c",
    "a, b = 1, 2",
    "rate += 1",
    "try:\n    import nothing_like_it\nexcept ImportError:\n    nothing = 1",
    "'text'",
    "b = [floor]",
    "d = str(b)",
    "os.environ['NBOPS_TEST_NOTHING'] = '1'",
    "class c:\n    a = 1",
    "exec('rate = [7]')",
    "from keyword import *\niskeyword = 1",
)
SMALL = st.one_of(
    st.builds("{} = {}".format, st.sampled_from(NAMES), st.sampled_from(LITERALS)),
    st.builds("{}: object = {}  # note".format, st.sampled_from(NAMES), st.sampled_from(LITERALS)),
    st.sampled_from(IMPORTS),
    st.sampled_from(OTHERS),
    st.sampled_from(["# words", "", "a = 1; b = 2", "import math; c = 3  # both", "\n\n# free\n"]),
)
CELLS = st.lists(st.lists(SMALL, max_size=6).map("\n".join), max_size=5)


@settings(max_examples=200, deadline=None)
@given(CELLS, st.sets(st.sampled_from(NAMES)))
def test_a_rewritten_notebook_means_the_same(cells, wanted):
    """Hoisting, taking out and dropping changes no value, no order that matters, and no failure.

    Only imports that nothing reads may be gone.
    """
    before, failed, defined = {}, {}, {}
    for index, cell in enumerate(cells):
        held = dict(before)
        try:
            exec(cell, before)
        except Exception as error:  # noqa: BLE001
            failed[index] = type(error).__name__
        defined[index] = [name for name, value in before.items() if held.get(name, held) is not value]
    done = rewrite(list(enumerate(cells)), sorted(wanted), failed, defined=defined)
    after = {}
    exec("\n".join(done.imports), after)
    for name, one in done.chosen.items():
        item = {"name": name, "type": "any", "default": plain(one.value)} | one.item
        exec("\n".join(parameter_lines(name, one, item)), after)
    for _, cell in sorted(done.cells.items()):
        exec(cell, after)
    unread = _imported_for_nothing(cells)
    assert _told(after, unread) == _told(before, unread)


def _imported_for_nothing(cells):
    nodes = [node for cell in cells for node in ast.walk(ast.parse(cell))]
    read = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)}
    aliases = [one for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for one in node.names]
    return {one.asname or one.name.partition(".")[0] for one in aliases} - read


@given(CELLS)
def test_taking_code_apart_loses_nothing(cells):
    """Without anything to take out, every character is as it was typed."""
    for cell in cells:
        code = read_code(cell)
        if code is not None:
            assert code.without(())[0] == libcst.parse_module(cell.rstrip("\n") + "\n").code.strip("\n")


def _told(space, unread):
    hidden = {"__builtins__", "_error", "__annotations__", "__doc__", *unread}
    return {name: _value(value) for name, value in space.items() if name not in hidden}


def _value(value):
    if isinstance(value, types.FunctionType | type):
        return value.__name__
    if isinstance(value, list | tuple):
        return type(value), [_value(one) for one in value]
    return type(value), repr(value)
