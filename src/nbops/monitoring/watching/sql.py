"""SQLAlchemy's adapter: the rows that a query answers."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

from nbops.errors import ConfigError, SourceError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_SINCE = re.compile(r"(?<!:):since\b")
_PASSWORD = re.compile(
    r"://[^/@\s]*:(?!\$\{)[^@\s]+@|[?&;](?:\w*(?:passw|token|secret)\w*|pwd|api_?key)=(?!\$\{)[^&;]", re.IGNORECASE
)


def is_database(source: str) -> bool:
    """Say whether *source* is an address of a database, or a variable that holds one."""
    return "://" in source or _VARIABLE.fullmatch(source) is not None


def check_address(source: str) -> None:
    """Refuse an address that holds a password: it would be written down.

    Raises:
        ConfigError: It does.
    """
    if _PASSWORD.search(source) or _PASSWORD.search(unquote(source)):
        raise ConfigError(
            "the database's address holds a password, which would be written down",
            hint="put the address into the environment, and --data '${WAREHOUSE_URL}'",
        )


def read_rows(source: str, query: Path, since: float | None) -> pd.DataFrame:
    """Return the rows that the query answers.

    Args:
        source: Address of the database; `${NAME}` stands for a variable of the environment.
        query: File with one statement. `:since` in it stands for *since*, as `YYYY-MM-DD HH:MM:SS`.
        since: In seconds of the data's own clock; None means since ever.

    Raises:
        SourceError: A variable is missing, the file cannot be read, or the database refuses.
    """
    import pandas as pd
    import sqlalchemy
    from sqlalchemy.exc import SQLAlchemyError

    absent = [name for name in _VARIABLE.findall(source) if not os.environ.get(name)]
    if absent:
        raise SourceError(f"the environment has no {', '.join(absent)}, which should hold the database's address")
    try:
        text = query.read_text(encoding="utf-8")
    except OSError as error:
        raise SourceError(f"the query {query.name} cannot be read: {error.strerror}") from error
    moment = datetime.fromtimestamp(since or 0.0, UTC).strftime("%Y-%m-%d %H:%M:%S")
    values = {"since": moment} if _SINCE.search(text) else {}
    try:
        engine = sqlalchemy.create_engine(_VARIABLE.sub(lambda found: os.environ[found[1]], source))
        try:
            with engine.connect() as connection:
                return pd.read_sql_query(sqlalchemy.text(text), connection, params=values)
        finally:
            engine.dispose()
    except (SQLAlchemyError, pd.errors.DatabaseError, ImportError, ValueError) as error:
        # The rest of SQLAlchemy's words, and pandas' around them, may hold the address or the statement.
        cause = getattr(error, "orig", None) or getattr(error.__cause__, "orig", None)
        told = str(cause or type(error).__name__).splitlines()[0][:200]
        raise SourceError(f"the database does not answer {query.name}: {told}") from None


def asks_since(query: Path) -> bool:
    """Say whether the query itself leaves out what was seen."""
    try:
        return _SINCE.search(query.read_text(encoding="utf-8")) is not None
    except OSError:
        return False
