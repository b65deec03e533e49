"""What the gates answered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """May this version take this alias? Falsy when a gate objects.

    Attributes:
        name: Of the model.
        version: Judged.
        alias: That it would take.
        passed: Sentences of the gates that are open.
        objections: Sentences of the gates that are closed.
        notes: What a person should know but no gate decides, such as that the compared runs saw different data.
        binding: Whether objections keep the version from the alias, or only advise.
    """

    name: str
    version: int
    alias: str
    passed: tuple[str, ...] = ()
    objections: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    binding: bool = False

    def __bool__(self) -> bool:
        return not self.objections

    def __str__(self) -> str:
        force = "" if self else " (binding)" if self.binding else " (advice: no policy binds this alias)"
        answer = "may become" if self else "should not become"
        lines = [f"{self.name} v{self.version} {answer} {self.alias!r}{force}"]
        lines += [f"  ✓ {sentence}" for sentence in self.passed]
        lines += [f"  ✗ {sentence}" for sentence in self.objections]
        return "\n".join(lines + [f"  · {sentence}" for sentence in self.notes])
