"""What a registered model consists of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbops.errors import NameRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

_ALIAS = re.compile(r"[\w\-]+")
_RESERVED = re.compile(r"latest|v\d+", re.IGNORECASE)
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a registered model.

    Attributes:
        name: Of the model.
        version: 1, 2, 3 …
        run_id: nbops' id of the run that logged the model; MLflow's where nbops did not record the run.
        mlflow_run_id: MLflow's id of that run, None where the model came from no run.
        created: When it was registered, in seconds since the epoch (UTC).
        by: Who registered it.
        metrics: What the run measured.
        aliases: Aliases that point at it now.
        tags: MLflow's tags of the version; `nbops.…` hold the lineage.
        status: MLflow's own: `READY` …
        source: Where MLflow keeps the model.
        model_id: MLflow's id of the logged model.
        notes: Sentences for the person who just did something with it.
    """

    name: str
    version: int
    run_id: str
    mlflow_run_id: str | None
    created: float
    by: str
    metrics: Mapping[str, float] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    status: str = "READY"
    source: str = ""
    model_id: str | None = None
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


@dataclass(frozen=True, slots=True)
class Model:
    """A registered model.

    Attributes:
        name: Of the model.
        versions: Oldest first.
        aliases: Alias → version.
    """

    name: str
    versions: tuple[Version, ...]
    aliases: Mapping[str, int] = field(default_factory=dict)


def to_wire(version: Version) -> dict[str, Any]:
    """Return plain JSON values: what `--json` prints and the read model keeps."""
    return {
        "name": version.name,
        "version": version.version,
        "run_id": version.run_id,
        "mlflow_run_id": version.mlflow_run_id,
        "created": version.created,
        "by": version.by,
        "metrics": dict(version.metrics),
        "aliases": list(version.aliases),
        "status": version.status,
        "source": version.source,
        "drift": version.tags.get("nbops.drift", "unknown"),
        "tags": {key: text for key, text in version.tags.items() if key.startswith("nbops.")},
        "notes": list(version.notes),
    }


def check_alias(alias: str) -> str:
    """Return *alias* when MLflow will take it.

    Raises:
        NameRefused: It is reserved, empty, too long or holds other characters than letters, digits, `_` and `-`.
    """
    if _RESERVED.fullmatch(alias):
        raise NameRefused(f"{alias!r} cannot be an alias: MLflow reserves `latest` and `v<number>`", hint="champion")
    if not _ALIAS.fullmatch(alias) or len(alias) > _LONGEST:
        raise NameRefused(f"{alias!r} cannot be an alias: only letters, digits, _ and - can", hint="champion")
    return alias


def check_name(name: str) -> str:
    """Return *name* when MLflow will take it as a model's.

    Raises:
        NameRefused: It is empty, too long or holds `/` or `:`.
    """
    if not name.strip() or name != name.strip() or set(name) & set("/:") or len(name) > _LONGEST:
        raise NameRefused(
            f"{name!r} cannot be a model's name: it must not be empty or hold / or :", hint="late-flights"
        )
    return name
