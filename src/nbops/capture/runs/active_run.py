"""A run that has begun and not ended."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbops.capture.boundary import unharmed
from nbops.capture.journal.records import RunLogged, RunOpened
from nbops.capture.namespace.values import finite_number, json_value
from nbops.capture.runs.on_wake import wake_recorder
from nbops.capture.secrets.redact_json import redact_names
from nbops.capture.secrets.redaction import redact_value

if TYPE_CHECKING:
    from nbops.capture.runs.session import CaptureSession


@dataclass(slots=True)
class ActiveRun:
    """Handle of an open run.

    Attributes:
        opened: The record that began it.
        session: Session that writes it.
        parameters: Given when it began, or logged since.
        warnings: Sentences about what could not be logged.
        logged: Name → number that was logged last.
        source: Code as it was given, with its secrets; in memory only.
    """

    opened: RunOpened
    session: CaptureSession
    parameters: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    logged: dict[str, float] = field(default_factory=dict)
    source: str = field(default="", repr=False)
    closed: bool = False
    _woken: bool = False

    @property
    def id(self) -> str:
        """32 hexadecimal digits, the same in every record, display and MLflow tag."""
        return self.opened.run

    def log(self, step: int | None = None, **values: Any) -> None:
        """Log *values* now: real numbers are metrics, anything else that JSON knows is a parameter.

        Args:
            step: Position on the metrics' axis, such as an epoch.
            values: Name → value. A number that is not finite is told in the run's warnings.
        """
        metrics: dict[str, float] = {}
        parameters: dict[str, Any] = {}
        for name, value in values.items():
            number, is_number = finite_number(value)
            if number is not None:
                metrics[name] = number
            elif is_number:
                self.warnings.append(f"{name} is {value}" + (f" at step {step}" if step is not None else ""))
            else:
                parameters[name] = json_value(value)
        metrics = redact_names(metrics)
        self.logged |= metrics
        if metrics or parameters:
            clean = redact_names({name: redact_value(name, value)[0] for name, value in parameters.items()})
            with unharmed("values that were logged into a run"):
                self.session.append(
                    RunLogged(run=self.id, time=time.time(), step=step, metrics=metrics, parameters=clean),
                    durable=False,
                )
                if not self._woken:  # so that a long run's curve can be watched while it grows
                    self._woken = True
                    wake_recorder(self.session.workspace)
