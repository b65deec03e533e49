"""Everything that a tracked cell turned out to be."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from nbops.capture.boundary import unharmed
from nbops.capture.code.bindings import Binding
from nbops.capture.code.cell_code import CellCode
from nbops.capture.code.names import CellNames
from nbops.capture.findings.call_parameters import call_parameters
from nbops.capture.findings.estimators import SEED_NAMES, chosen_parameters, is_estimator
from nbops.capture.findings.lookup import look_up, missing
from nbops.capture.findings.metrics import Metrics, explicit_metrics, metrics_of
from nbops.capture.findings.models import Fitted, fitted_models, serialise_model
from nbops.capture.findings.parameters import Literal, Parameters, explicit_parameters, parameters_of, same
from nbops.capture.findings.seeds import Seeds, seeds_of
from nbops.capture.findings.typed_parameters import classes_in, typed_parameters
from nbops.capture.namespace.values import finite_number
from nbops.capture.track_request import TrackRequest


@dataclass(slots=True)
class Gathered:
    """Fields of a `RunClosed`, as far as the code and the namespace tell them."""

    parameters: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    facts: dict[str, int] = field(default_factory=dict)
    seeds: dict[str, int] = field(default_factory=dict)
    models: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)

    def merge(self, other: Gathered) -> None:
        """Add what another cell of the same run turned out to be; the later cell wins."""
        for item in fields(self):
            mine, theirs = getattr(self, item.name), getattr(other, item.name)
            mine.update(theirs) if isinstance(mine, dict) else mine.extend(theirs)


@dataclass(frozen=True, slots=True)
class Scene:
    """What there is to gather from.

    Attributes:
        code, names, bindings: Of the cell.
        inside: Names that the notebook's functions it uses read.
        namespace: After the cell.
        earlier: Literals of earlier cells.
        numbers: Name → identity and plain number before the cell.
        defined, changed: Names bound, and names whose object changed in place.
        known: Identities of objects that existed before and did not change.
        result: Value of the last expression.
        complete: The cell ran to its end.
        put: Stores bytes and returns their SHA-256.
        model_mb: Largest model that is stored without being asked for.
    """

    code: CellCode
    names: CellNames
    bindings: tuple[Binding, ...]
    inside: frozenset[str]
    namespace: Mapping[str, Any]
    earlier: Mapping[str, Literal]
    numbers: Mapping[str, tuple[int, Any]]
    defined: frozenset[str]
    changed: frozenset[str]
    known: frozenset[int]
    result: Any
    complete: bool
    put: Callable[[bytes], str]
    model_mb: float


def gather(scene: Scene, request: TrackRequest) -> Gathered:
    """Gather parameters, seeds, metrics and models, each on its own: where one fails the others are recorded."""
    gathered = Gathered()
    seeds = Seeds()
    with unharmed("the seeds of a cell"):
        seeds = seeds_of(scene.code.tree, scene.namespace)
        gathered.seeds |= seeds.values
    with unharmed("the parameters of a cell"):
        found, warnings = _parameters(scene, request, seeds)
        gathered.parameters, gathered.origins = found.values, found.origins
        gathered.warnings += warnings
    with unharmed("the metrics of a cell"):
        metrics = _metrics(scene, request)
        gathered.metrics, gathered.facts = metrics.values, metrics.facts
        gathered.warnings += metrics.warnings
        if metrics.loops:
            gathered.tags["nbops.loop"] = ",".join(metrics.loops)
    models: list[Fitted] = []
    with unharmed("the models of a cell"):
        models, warnings = _models(scene, request)
        gathered.warnings += warnings
        _describe(models, scene, request, gathered)
    if request.params is None:
        with unharmed("what was typed into estimators"):
            _take_typed(models, scene, gathered)
    return gathered


def _parameters(scene: Scene, request: TrackRequest, seeds: Seeds) -> tuple[Parameters, list[str]]:
    if request.params is not None:
        return explicit_parameters(request.params, scene.namespace)
    found = parameters_of(
        scene.code.tree,
        scene.names,
        scene.bindings,
        scene.namespace,
        scene.earlier,
        seeds=frozenset(seeds.names),
        read=scene.inside,
        complete=scene.complete,
    )
    return found, []


def _metrics(scene: Scene, request: TrackRequest) -> Metrics:
    if request.metrics is not None:
        return explicit_metrics(request.metrics, scene.namespace)
    return metrics_of(
        scene.code.tree, scene.bindings, scene.namespace, scene.numbers, scene.result, complete=scene.complete
    )


def _models(scene: Scene, request: TrackRequest) -> tuple[list[Fitted], list[str]]:
    if request.model is not None:
        value, there = look_up(request.model, scene.namespace)
        if not there:
            return [], [missing("model", request.model, scene.namespace)]
        return [Fitted(request.model, value)], []
    found = fitted_models(
        scene.bindings,
        scene.namespace,
        read=scene.names.read,
        defined=scene.defined,
        changed=scene.changed,
        known=scene.known,
    )
    return found, []


def _describe(models: list[Fitted], scene: Scene, request: TrackRequest, gathered: Gathered) -> None:
    for fitted in models:
        described, objection = serialise_model(
            fitted, scene.put, scene.namespace, scene.code.tree, scene.model_mb, asked=request.model is not None
        )
        if described is not None:
            gathered.models.append(described)
        else:
            gathered.warnings.append(objection)
        if request.metrics is None:
            _take_best_score(fitted, scene.namespace, gathered)
        if request.params is None:
            _take_choices(fitted, gathered, scene.code.tree, alone=len(models) == 1)


def _take_best_score(fitted: Fitted, namespace: Mapping[str, Any], gathered: Gathered) -> None:
    """Add the cross-validated score of the search that found the model, unless the cell took it out itself."""
    search = namespace.get(fitted.name)
    held = getattr(search, "__dict__", {}) if is_estimator(search) else {}
    score, _ = finite_number(held.get("best_score_"))
    if score is not None and "best_estimator_" in held and score not in gathered.metrics.values():
        gathered.metrics[f"{fitted.name}.best_score"] = score


def _take_choices(fitted: Fitted, gathered: Gathered, tree: ast.Module, *, alone: bool) -> None:
    """Add what was chosen for the model, unless it came from a parameter that is counted already."""
    given = _keywords(tree)
    chosen = chosen_parameters(fitted.model)
    chosen |= {name: value for name, value in typed_parameters(fitted.model, tree).items() if name not in chosen}
    for name, value in chosen.items():
        leaf = name.rpartition("__")[2]
        if leaf in SEED_NAMES and type(value) is int:
            if value not in gathered.seeds.values():
                gathered.seeds[name] = value
            continue
        sources = {leaf, *given.get(leaf, ())}
        counted = any(
            same(known, value) and (key in sources or key.rpartition(".")[2] in sources)
            for key, known in gathered.parameters.items()
        )
        if not counted:
            key = name if alone and name not in gathered.parameters else f"{fitted.name}.{name}"
            gathered.parameters[key] = value
            gathered.origins[key] = "model"


def _take_typed(models: list[Fitted], scene: Scene, gathered: Gathered) -> None:
    """Add what was typed into estimators that are no model of the run, unless it is counted already."""
    covered = {name for fitted in models for name in classes_in(fitted.model)}
    for name, value in call_parameters(scene.code.tree, scene.namespace, covered).items():
        leaf = name.rpartition(".")[2]
        counted = any(
            same(known, value) and re.split(r"\.|__", key)[-1] == leaf for key, known in gathered.parameters.items()
        )
        if not counted and name not in gathered.parameters:
            gathered.parameters[name] = value


def _keywords(tree: ast.Module) -> dict[str, set[str]]:
    """Return keyword → names given for it in any call of the cell."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg and isinstance(node.value, ast.Name):
            found.setdefault(node.arg, set()).add(node.value.id)
    return found
