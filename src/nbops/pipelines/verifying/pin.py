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
        """Return plain JSON values."""
        return {
            "pins": [
                {"texts": list(pin.texts), "snapshots": dict(pin.snapshots), "files": _plain(pin.files)}
                for pin in self.pins
            ],
            "refusals": [{"name": one.name, "why": one.why, "files": _plain(one.files)} for one in self.refusals],
            "files": _plain(self.files),
        }


def plan_from(values: Mapping[str, Any]) -> PinPlan:
    """Return the plan that *values*, from `PinPlan.to_json`, stand for."""
    pins = (
        Pin(tuple(item["texts"]), dict(item["snapshots"]), tuple(item.get("files", ())))
        for item in values.get("pins", ())
    )
    refusals = (
        Refusal(str(item["name"]), str(item["why"]), tuple(item.get("files", ())))
        for item in values.get("refusals", ())
    )
    return PinPlan(tuple(pins), tuple(refusals), tuple(values.get("files", ())))


def _plain(files: tuple[File, ...]) -> list[dict[str, Any]]:
    return [dict(file) for file in files]
