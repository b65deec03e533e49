import pytest
from tornado.web import HTTPError

from nbops import errors
from nbops.server.statuses import VerbFailed, describe, status_named, status_of


def every_error(kind=errors.NbopsError):
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from every_error(child)


@pytest.mark.parametrize("kind", list(every_error()), ids=lambda kind: kind.__name__)
def test_every_error_has_a_status(kind):
    """No error of the tree falls through to the 500 of the unknown."""
    assert status_of(kind) is not None
    assert status_named(kind.__name__) == status_of(kind)


def test_the_nearest_ancestor_decides():
    """A parameter error is the caller's mistake although other pipeline errors are not."""
    assert (status_of(errors.ParameterError), status_of(errors.PipelineError)) == (400, 422)
    assert (status_of(errors.StoreUnavailable), status_of(errors.StoreError)) == (503, 502)


def test_a_name_that_is_not_ours_is_a_500():
    """Neither a foreign exception nor another name of the module passes for one of our errors."""
    assert [status_named(name) for name in ("ZeroDivisionError", "Sequence", "")] == [500, 500, 500]


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        (
            errors.RunNotFound("no run answers to 'abc'"),
            404,
            ("RunNotFound", "no run answers to 'abc'", "%runs, or nbops runs"),
        ),
        (VerbFailed("GateClosed", "100 % no", "wait"), 409, ("GateClosed", "100 % no", "wait")),
        (HTTPError(405), 405, ("Method Not Allowed", "Method Not Allowed", "")),
        (
            ZeroDivisionError("x"),
            500,
            ("Internal Server Error", "nbops itself failed: ZeroDivisionError: x", "nbops doctor"),
        ),
        (None, 404, ("Not Found", "Not Found", "")),
    ],
)
def test_every_error_has_the_same_shape(error, status, expected):
    """Kind, sentence and hint, whatever went wrong."""
    given = error.status_code if isinstance(error, HTTPError) else 404 if error is None else 500
    assert describe(error, given) == (status, dict(zip(("error", "message", "hint"), expected, strict=True)))
