"""Statements of a pipeline that load data, and the snapshots that can stand for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

File = Mapping[str, Any]
"""`{"path", "bytes", "changed", "sha256"}`, of which all but the path may be missing."""


@dataclass(frozen=True, slots=True)
class Pin:
    """Statements whose result was snapshotted.

    Attributes:
        texts: As typed, in the order in which they ran; the last one completes what the first one loads.
        snapshots: Name → id of its snapshot, for each name that they bind, in order.
        files: What was read to make it; none where it comes from elsewhere.
    """

    texts: tuple[str, ...]
    snapshots: Mapping[str, str]
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A dataset that no snapshot can stand for.

    Attributes:
        name: Of the dataset.
        why: In words that go on from "could not be pinned: ".
        files: What was read to make it, as far as known.
    """

    name: str
    why: str
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class PinPlan:
    """What can be pinned of a pipeline's data, nearest to where they come from, and what cannot.

    Attributes:
        pins: In the order in which they ran.
        refusals: The others among the run's datasets.
        files: Everything that the pipeline reads and does not write.
    """

    pins: tuple[Pin, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    files: tuple[File, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; each file is told once, in `files`, and elsewhere named by its path."""
        told = {str(file["path"]): dict(file) for file in self.files}

        def named(files: tuple[File, ...]) -> list[Any]:
            return [path if told.get(path := str(file["path"])) == dict(file) else dict(file) for file in files]

        refused: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        read: dict[tuple[str, tuple[str, ...]], list[Any]] = {}
        for one in self.refusals:
            key = (one.why, tuple(str(sorted(file.items())) for file in one.files))
            refused.setdefault(key, []).append(one.name)
            read[key] = named(one.files)
        return {
            "pins": [
                {"texts": list(pin.texts), "snapshots": dict(pin.snapshots), "files": named(pin.files)}
                for pin in self.pins
            ],
            "refusals": [{"names": names, "why": key[0], "files": read[key]} for key, names in refused.items()],
            "files": [*told.values()],
        }


def plan_from(values: Mapping[str, Any]) -> PinPlan:
    """Return the plan that *values*, from `PinPlan.to_json` of this or an earlier release, stand for."""
    files = tuple(values.get("files", ()))
    told = {str(file["path"]): file for file in files}

    def meant(item: Mapping[str, Any]) -> tuple[File, ...]:
        return tuple(
            told.get(file, {"path": file}) if isinstance(file, str) else file for file in item.get("files", ())
        )

    pins = (Pin(tuple(item["texts"]), dict(item["snapshots"]), meant(item)) for item in values.get("pins", ()))
    refusals = (
        Refusal(str(name), str(item["why"]), meant(item))
        for item in values.get("refusals", ())
        for name in item.get("names") or [item["name"]]
    )
    return PinPlan(tuple(pins), tuple(refusals), files)
