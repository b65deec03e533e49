"""Whether a tracking server works, asked once and quickly."""

from __future__ import annotations

from http.client import HTTPException

from nbops.addresses import without_credentials
from nbops.errors import StoreUnavailable

_PATIENCE, _SERVER_ERROR = 5.0, 500
# `/health` answers also while the server's database is away, so it is asked for something that needs that.
_QUESTION = "/api/2.0/mlflow/experiments/search?max_results=1"


def reach(uri: str) -> None:
    """Return if the server at *uri* answers; user and password are left out, for a "who are you?" is an answer too.

    Raises:
        StoreUnavailable: It cannot be reached within seconds, or fails.
    """
    from urllib.error import HTTPError
    from urllib.request import urlopen

    place = without_credentials(uri).rstrip("/")
    try:
        urlopen(f"{place}{_QUESTION}", timeout=_PATIENCE).close()  # noqa: S310 # http only
    except HTTPError as error:
        error.close()
        if error.code >= _SERVER_ERROR:
            raise StoreUnavailable(f"MLflow at {place} does not answer: {error}") from error
    except (OSError, HTTPException) as error:
        raise StoreUnavailable(f"MLflow at {place} does not answer: {error}") from error
