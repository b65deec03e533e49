import asyncio

import pytest

from nbops.server.statuses import VerbFailed
from nbops.server.verb import Verb, call_verb, failure, verb
from nbops.workspace import Workspace


def test_what_the_user_named_is_never_an_option():
    """Names stand after `--`, values are glued to their option, absent options are left out."""
    words = verb("assign", "--help", "3", options={"--reason": "--x", "--by": None}).words
    assert words == ("assign", "--json", "--reason=--x", "--", "--help", "3")


@pytest.mark.parametrize(
    ("output", "complaint", "expected"),
    [
        ('{"error": "GateClosed", "message": "auc is low", "hint": "h"}', "", ("GateClosed", "auc is low", "h", 409)),
        ("", "warming up\nRunNotFound: no run 'x'\n  try: %runs\n", ("RunNotFound", "no run 'x'", "%runs", 404)),
        ("", "Error: StoreUnavailable: MLflow is away", ("StoreUnavailable", "MLflow is away", "", 503)),
        ("", "something 100 % odd", ("NbopsError", "something 100 % odd", "nbops doctor", 500)),
        ("", "W: x\nSliceError: two\nlines\n  try: y", ("SliceError", "two\nlines", "y", 422)),
        ("", "", ("NbopsError", "the command ended without a word", "nbops doctor", 500)),
    ],
)
def test_failures_keep_kind_sentence_and_hint(output, complaint, expected):
    """JSON is understood, and so are the sentences that a person reads."""
    error = failure(output, complaint)
    assert (error.kind, error.sentence, error.hint, error.status_code) == expected


def test_a_verb_runs_in_a_process_of_its_own(tmp_path):
    """An unknown command is answered by the command line, with an error that says so."""
    with pytest.raises(VerbFailed, match="no-such-verb"):
        asyncio.run(call_verb(Verb(("no-such-verb",)), Workspace(tmp_path / ".nbops")))


def test_another_code_may_be_an_answer(tmp_path):
    """A verb whose answer is no has not failed."""
    assert asyncio.run(call_verb(Verb(("no-such-verb",), frozenset({2})), Workspace(tmp_path / ".nbops"))) == {}
