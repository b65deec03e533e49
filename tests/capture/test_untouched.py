"""Capture changes nothing and calls nothing of the user's, whatever lies in the namespace."""

from __future__ import annotations

import gc
import sys
import weakref

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

METHODS = [
    "__eq__", "__ne__", "__lt__", "__repr__", "__str__", "__format__", "__getattr__", "__len__", "__iter__", "__next__",
    "__hash__", "__bool__", "__array__", "__float__", "__int__", "__index__", "__contains__", "__getitem__", "__call__",
    "__reduce__", "__reduce_ex__", "__getstate__", "__dir__", "__sizeof__", "__copy__", "__deepcopy__", "__enter__",
    "__array_interface__", "__dataframe__", "__fspath__", "__await__", "__add__", "__neg__", "__round__",
    "__length_hint__",
]  # fmt: skip
HOSTILE = """
calls = []
def no(name):
    def refuse(self, *given, **named):
        calls.append(name)
        raise RuntimeError(name)
    return refuse
def hostile(methods, base=object):
    return type('Hostile', (base,), {name: no(name) for name in methods})
class Meta(type):
    __getattribute__ = no('attribute of a class')
    __eq__ = no('equality of a class')
    __hash__ = no('hash of a class')
    __instancecheck__ = no('isinstance')
    __subclasscheck__ = no('issubclass')
    __call__ = no('call of a class')
class OfMeta(metaclass=Meta):
    pass
class Masked:
    @property
    def __class__(self):
        calls.append('class')
        raise RuntimeError('class')
class Watched:
    def __getattribute__(self, name):
        calls.append(name)
        raise RuntimeError(name)
"""
TRACKED = (
    "%%track\nk = 3\nscore = k / 4\nitem = thing\nbox = [thing, {'thing': thing}]\npair = (thing,)\n"
    "table = {'a': thing, 'b': 2}\nnumbers = {'x': score, 'y': thing}"
)


@pytest.fixture
def hostile(cells):
    cells.run(HOSTILE)
    return cells


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    methods=st.lists(st.sampled_from(METHODS), min_size=1, unique=True),
    base=st.sampled_from(["object", "list", "dict", "tuple", "float", "int", "str", "Exception"]),
)
def test_no_method_is_called(hostile, methods, base):
    """Whichever methods raise, and whatever builtin they are put on: zero calls, and a complete record."""
    space = hostile.shell.user_ns
    kind = space["hostile"](methods, {"Exception": Exception}.get(base) or getattr(__import__("builtins"), base))
    space["thing"] = kind.__new__(kind)
    space["calls"].clear()
    closed = hostile.track(TRACKED.removeprefix("%%track\n"))
    assert space["calls"] == []
    assert (closed.parameters["k"], closed.metrics["score"]) == (3, 0.75)
    assert closed.parameters["table.b"] == 2
    assert not [warning for warning in closed.warnings if "nbops failed" in warning]


@pytest.mark.parametrize(
    "make", ["type.__call__(OfMeta)", "OfMeta", "Masked()", "Watched()", "[Masked(), type.__call__(OfMeta)]"]
)
def test_classes_that_answer_for_themselves_are_not_asked(hostile, make):
    """A metaclass or a `__class__` that raises makes no record incomplete."""
    hostile.run(f"thing = {make}")
    hostile.shell.user_ns["calls"].clear()
    closed = hostile.track(TRACKED.removeprefix("%%track\n"))
    assert hostile.shell.user_ns["calls"] == []
    assert (closed.parameters, closed.metrics) == ({"k": 3, "table.b": 2}, {"score": 0.75, "numbers.x": 0.75})
    assert closed.warnings == ()
    assert {"k", "score", "item", "box"} <= set(hostile.executions[-1].defined)


def test_what_holds_itself_costs_only_itself(cells):
    """A list in itself, a dict in itself, and a nest of nests lose nothing else of the cell."""
    closed = cells.track(
        "a = []\na.append(a)\nd = {'x': 1}\nd['d'] = d\nnest = [1]\nfor _ in range(30):\n    nest = [nest] * 40\n"
        "C = 0.5\nloss = C / 2"
    )
    assert (closed.parameters["C"], closed.metrics["loss"]) == (0.5, 0.25)
    assert closed.duration < 5
    again = cells.track("b = a\ncfg = {'lr': 0.1, 'bad': a}\nrate = cfg['lr'] / 2")
    assert (again.parameters, again.metrics) == ({"cfg.lr": 0.1}, {"rate": 0.05})


def test_iterators_stand_where_they_stood(cells):
    """Generators, files and zips among the names are not advanced."""
    cells.run("gen = (n for n in range(5))\nit = iter([1, 2])\nz = zip('ab', 'cd')\nm = map(str, [1])\nnext(gen)")
    cells.track("held = [gen, it, z, m]\nk = 1")
    assert cells.run("[next(gen), next(it), next(z), next(m)]").result == [1, 1, ("a", "c"), "1"]


def test_generators_are_not_moved(flowers):
    """With models, figures, prints and warnings, all random numbers are the same as without tracking."""
    flowers.run("import matplotlib; matplotlib.use('agg')\nimport matplotlib.pyplot as plt, random, warnings")
    flowers.run("import plotly.graph_objects as go\nimport altair as alt")
    source = (
        "random.seed(1); np.random.seed(1); own = np.random.default_rng(1)\n"
        "model = LogisticRegression().fit(X, y)\nfig, ax = plt.subplots(); ax.plot([1, 2])\nprint('x')\n"
        "warnings.warn('careful')\npicture = go.Figure(go.Scatter(x=[1, 2], y=[3, 4]))\n"
        "chart = alt.Chart(X).mark_point().encode(x='a', y='b')"
    )
    draw = "[random.random(), float(np.random.rand()), float(own.random())]"
    flowers.run(source)
    plain = flowers.run(draw).result
    closed = flowers.track(source)
    assert flowers.run(draw).result == plain
    assert len(closed.artifacts) == 3
    flowers.run("plt.close('all')")


def test_no_object_outlives_its_name(flowers):
    """Frames, figures, charts, models and what was printed of them die with their names."""
    flowers.run("import plotly.graph_objects as go\nimport altair as alt")
    flowers.track(
        "frame = pd.DataFrame({'v': np.arange(1000.0)})\nprint(frame)\nmodel = LogisticRegression().fit(X, y)\n"
        "picture = go.Figure(go.Scatter(y=frame['v']))\nchart = alt.Chart(frame).mark_line().encode(y='v')\n"
        "class Thing:\n    pass\nthing = Thing()"
    )
    names = ("frame", "model", "picture", "chart", "thing")
    references = [weakref.ref(flowers.shell.user_ns[name]) for name in names]
    flowers.run(f"del {', '.join(names)}")
    gc.collect()
    assert [reference() for reference in references] == [None] * 5


def test_hooks_of_the_interpreter_are_the_users(cells):
    """Tracing, profiling, hooks for exceptions and displays are what they were, in the cell and after it."""
    look = (
        "(sys.gettrace(), sys.getprofile(), sys.excepthook, sys.unraisablehook, threading.excepthook, sys.displayhook)"
    )
    cells.run("import sys, threading")
    before = cells.run(f"_before = {look}\n_before").result
    cells.track(f"inside = {look}")
    assert cells.shell.user_ns["inside"] == before
    assert cells.run(look).result == before


def test_lazy_frames_stay_lazy(cells):
    """A lazy frame that the cell touches is not collected."""
    pl = pytest.importorskip("polars")
    collected = []
    cells.shell.user_ns["note"] = collected.append
    cells.run("import polars as pl\nlazy = pl.LazyFrame({'a': [1]}).map_batches(lambda df: (note(1), df)[1])")
    cells.track("other = lazy\nk = 1")
    assert collected == []
    assert pl is not None
    assert sys.modules["polars"] is pl


def test_proxies_are_not_loaded(cells):
    """A mock or lazy proxy that claims another class is left alone."""
    cells.run("from unittest.mock import MagicMock\nmock = MagicMock(spec=dict)\nmock.reset_mock()")
    closed = cells.track("item = mock\nk = 2\nshare = k / 4")
    assert (closed.parameters, closed.metrics) == ({"k": 2}, {"share": 0.5})
    assert cells.shell.user_ns["mock"].mock_calls == []
