"""Which HTTP status an error answers with: one table over the error tree, and one JSON shape."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from tornado.web import HTTPError

from nbops import errors

STATUSES: dict[type[errors.NbopsError], int] = {
    errors.ConfigError: HTTPStatus.BAD_REQUEST,
    errors.ParameterError: HTTPStatus.BAD_REQUEST,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.RunNotUsable: HTTPStatus.CONFLICT,
    errors.PipelineEdited: HTTPStatus.CONFLICT,
    errors.GateClosed: HTTPStatus.CONFLICT,
    errors.AlertClosed: HTTPStatus.CONFLICT,
    errors.WatchBusy: HTTPStatus.CONFLICT,
    errors.SourceError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.RouteFailed: HTTPStatus.BAD_GATEWAY,
    errors.ContractViolated: HTTPStatus.CONFLICT,
    errors.StoreRefused: HTTPStatus.CONFLICT,
    errors.SnapshotError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.ProfileError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.SliceError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.PipelineError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.ContractError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.LedgerBroken: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.JournalError: HTTPStatus.INSUFFICIENT_STORAGE,
    errors.StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StoreError: HTTPStatus.BAD_GATEWAY,
}


class VerbFailed(HTTPError):  # names the fact
    """A verb that ran in a process of its own said no.

    Attributes:
        kind: Class name of the error.
        sentence: What is wrong.
        hint: What to type.
    """

    def __init__(self, kind: str, sentence: str, hint: str = "") -> None:
        super().__init__(status_named(kind), sentence.replace("%", "%%"))
        self.kind, self.sentence, self.hint = kind, sentence, hint


def status_of(kind: type[errors.NbopsError]) -> int | None:
    """Return the status of the nearest ancestor of *kind* that the table holds, or None."""
    return next((int(STATUSES[parent]) for parent in kind.__mro__ if parent in STATUSES), None)


def status_named(kind: str) -> int:
    """Return the status of the error class that is called *kind*; 500 for one that is not ours."""
    found = getattr(errors, kind, None)
    ours = isinstance(found, type) and issubclass(found, errors.NbopsError) and status_of(found)
    return ours or int(HTTPStatus.INTERNAL_SERVER_ERROR)


def describe(error: BaseException | None, status: int) -> tuple[int, dict[str, Any]]:
    """Return the status and the one JSON shape that every failing route answers with.

    Returns:
        The status and `{"error": kind, "message": sentence, "hint": what to type}`.
    """
    if isinstance(error, errors.NbopsError):
        status = status_of(type(error)) or status
        return status, {"error": type(error).__name__, "message": str(error), "hint": error.hint}
    if isinstance(error, VerbFailed):
        return error.status_code, {"error": error.kind, "message": error.sentence, "hint": error.hint}
    phrase = HTTPStatus(status).phrase
    if isinstance(error, HTTPError):
        return status, {"error": phrase, "message": error.log_message or error.reason or phrase, "hint": ""}
    if error is None:
        return status, {"error": phrase, "message": phrase, "hint": ""}
    sentence = f"nbops itself failed: {type(error).__name__}: {error}"
    return status, {"error": phrase, "message": sentence, "hint": "nbops doctor"}
