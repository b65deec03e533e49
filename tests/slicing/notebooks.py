# ruff: noqa: E501 # lines as they may stand in cells
"""Notebooks made up by Hypothesis: few names, so that cells meet; every value prints the same in every process."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = ("a", "b", "c", "d")
_BAIT = (
    "bait = {n}",
    "bait_list = [{n}]",
    "bait_list = [{n}]\nbait_list.append(bait_list[0])",
    "def bait_f(x): return x + {n}",
)
_LIBRARY = """import copy, itertools, random, re
import numpy as np, pandas as pd
random.seed(1); np.random.seed(1)
class Box:
    shared = []
    def __init__(self, v): self.v, self.log = v, []
    def put(self, x):
        self.log.append(x)
        return self
    def give(self): return self.log
    @property
    def size(self):
        self.log.append('size')
        return len(self.log)
def show(x, depth=3):
    if isinstance(x, Box): return ('Box', show(x.v, depth - 1), show(x.log, depth - 1)) if depth else 'Box'
    if isinstance(x, dict): return sorted((str(k), show(v, depth - 1)) for k, v in x.items()) if depth else 'dict'
    if isinstance(x, (list, tuple)): return [show(v, depth - 1) for v in x] if depth else 'list'
    if isinstance(x, pd.DataFrame): return x.to_dict('list')
    if isinstance(x, np.ndarray): return x.tolist()
    if callable(x): return 'function'
    if hasattr(x, '__next__'): return [show(v, depth - 1) for v in itertools.islice(x, 3)] if depth else 'iterator'
    return re.sub("0x[0-9A-Fa-f]+", "", repr(x))"""
# `{x}`, `{y}`, `{z}` are names, `{n}` a small number.
_MAKE = (
    "{x} = {n}", "{x} = [{n}]", "{x} = [{y}]", "{x} = [[{n}], {y}]", "{x} = {{'k': {n}}}", "{x} = {{'k': {y}}}", "{x} = {y}", "{x} = Box({y})", "{x} = Box([])",
    "{x} = pd.DataFrame({{'u': [{n}, 2], 'w': [3, 4]}})", "{x} = np.arange(4.) + {n}", "{x} = iter([{n}, 2, 3, 4])", "{x} = random.random()", "{x} = np.random.rand(2)",
    "def {x}(v={n}):\n    return v", "def {x}(v=None):\n    return {y}", "def {x}(v=None):\n    global {y}\n    {y} = {n}\n    return {z}",
    "def {x}(v, seen=[]):\n    seen.append({n})\n    return seen", "{x} = lambda v=None: {y}", "{x} = (v for v in {y})", "{x} = map(str, {y})",
    "def {x}(v=None):\n    {y}.append({n})\n    return v", "def {x}():\n    yield {y}\n    yield {n}", "{x} = np.random.default_rng({n})",
)  # fmt: skip
_DERIVE = (
    "{x} = {y}[0]", "{x} = {y}['k']", "{x} = {y}[1:]", "{x} = list({y})", "{x} = {y}.v", "{x} = {y}.log", "{x} = {y}.give()", "{x} = {y}()", "{x} = {y}({z})", "{x} = {y}.put({z})",
    "{x} = {y} + {z}", "{x} = {y} * 2", "{x} = copy.copy({y})", "{x} = copy.deepcopy({y})", "{x} = next({y})", "{x} = {y}['u']", "{x} = {y}[{y}.u > 1]", "{x} = {y}.to_numpy()", "{x} = {y}.reshape(2, 2)",
    "{x}, {y} = {y}, {x}", "{x} = {y} if {z} else [{n}]", "{x} = {y} or {z}", "{x} = [v for v in {y}]", "{x} = max({y}, {z})", "{x} = sorted({y})", "{x} = {y}.append", "{x} = {y}.size", "{x} = {y}.random()",
    "{x} = tuple({y})", "{x} = dict({y})", "{x} = {y}.copy()", "{x} = {y}.pop()", "{x} = {y}.head(1)", "{x}, *{z} = {y}", "{x} = len({y})", "{x} = {y}.items()", "{x} = {y}.get('k')", "{x} = {y}.setdefault('m', [])",
)  # fmt: skip
_CHANGE = (
    "{x}.append({n})", "{x}.append({y})", "{x}[0] = {n}", "{x}[0] = {y}", "{x}['k'] = {n}", "{x}['k'] = {y}", "{x}[:] = {n}", "{x} += [{n}]", "{x} += {n}", "{x} *= 2", "{x}.v = {y}", "{x}.put({n})", "{x}.size", "next({x})", "{x}()", "{x}({y})",
    "{x}['w'] = {n}", "{x}.loc[0, 'u'] = {n}", "{x}.insert(0, 'n', {n})", "{x}.sort()", "{x}.extend({y})", "{x}.update({y})", "del {x}[0]", "del {x}", "Box.shared.append({n})", "{x}.shared.append({n})", "{x}.log.append({y})",
    "for v in {x}: v.append({n})", "for {x} in {y}: pass", "if {x}: {y} = [{n}]", "if {n} > 2: {x} = {y}", "[{x}.append(v) for v in ({n}, 2)]", "with np.errstate(all='ignore'): {x} = {y}", "try:\n    {x} = {y}['no']\nexcept Exception:\n    {x}.append({n})",
    "random.seed({n})", "np.random.seed({n})", "random.random()", "{x}.random()", "random.shuffle({x})", "{x}[0][0] = {n}", "{x}[0].append({n})", "{x}['k'].append({n})", "{x} |= {{'z': {n}}}", "({x} := {y})", "{x}.append({n}); 1 / 0", "{x} = [{n}]; {y}.nope", "print(show({x}))",
    "match {x}:\n    case [{y}, *_]: pass\n    case {{'k': {z}}}: pass",
)  # fmt: skip


@st.composite
def notebooks(draw: st.DrawFn) -> tuple[str, ...]:
    """Make a notebook: a cell of definitions, cells that meet, re-runs and bait among them, and one that prints."""
    name, number = st.sampled_from(NAMES), st.integers(0, 4)
    cells = [f"{one} = {draw(st.sampled_from(('[1, 2]', '[[1], [2]]', '{}', 'Box([3])', '5')))}" for one in NAMES]
    cells = ["\n".join([_LIBRARY, *cells])]
    for _ in range(draw(st.integers(3, 9))):
        kind = draw(st.integers(0, 9))
        if kind == 0 and len(cells) > 1:
            cells.append(draw(st.sampled_from(cells[1:])))  # run again
            continue
        patterns = _BAIT if kind == 1 else draw(st.sampled_from((_MAKE, _DERIVE, _CHANGE, _CHANGE)))
        lines = [draw(st.sampled_from(patterns)) for _ in range(1 if kind == 1 else draw(st.integers(1, 2)))]
        cells.append("\n".join(line.format(x=draw(name), y=draw(name), z=draw(name), n=draw(number)) for line in lines))
    wanted = draw(st.lists(name, min_size=1, max_size=2, unique=True))
    tried = "\n".join(f"try: print(show({one}))\nexcept Exception as e: print(type(e).__name__)" for one in wanted)
    return (*cells, f"{tried}\nprint(Box.shared)")
