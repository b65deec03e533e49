"""Errors are a designed tree: documented, picklable, with a sentence and a way forward."""

from __future__ import annotations

import pickle

import pytest

from nbops import errors
from nbops.errors import GateClosed, NbopsError, PipelineFailed, RunNotFound


def _tree(kind: type[NbopsError]) -> list[type[NbopsError]]:
    return [
        kind,
        *(leaf for child in kind.__subclasses__() if child.__module__ == errors.__name__ for leaf in _tree(child)),
    ]


def test_module_docstring_is_the_tree():
    """Every class of the tree stands in the module's docstring, and nothing else does."""
    drawn = {
        line.lstrip("├─└│ ").split()[0]
        for line in (errors.__doc__ or "").splitlines()
        if line.lstrip("├─└│ ")[:1].isupper()
    }
    assert {kind.__name__ for kind in _tree(NbopsError)} <= drawn


@pytest.mark.parametrize("kind", _tree(NbopsError), ids=lambda kind: kind.__name__)
def test_every_error_says_what_it_means(kind):
    """Each class has a docstring of its own."""
    assert "__doc__" in vars(kind)
    assert kind.__doc__


@pytest.mark.parametrize(
    "error",
    [
        RunNotFound("no run 'abc'"),
        GateClosed("churn v7", "champion", ["auc is 0.81, below 0.85"]),
        PipelineFailed(3, "ValueError", "no rows", "out.ipynb"),
        NbopsError("text", hint="%nbops"),
    ],
)
def test_errors_survive_pickling(error):
    """An error that crosses a process boundary keeps its sentence, its facts and its hint."""
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.hint, vars(copy)) == (type(error), str(error), error.hint, vars(error))


def test_notebook_shows_sentence_and_hint_without_a_stack():
    """`_render_traceback_` is two lines."""
    lines = GateClosed(
        "churn v7", "champion", ["auc is 0.81, below 0.85", "recall was never logged"]
    )._render_traceback_()
    assert lines == [
        "GateClosed: churn v7 cannot become 'champion': auc is 0.81, below 0.85; recall was never logged",
        "  try: nbops judge NAME VERSION",
    ]
