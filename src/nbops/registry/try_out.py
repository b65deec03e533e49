"""Let a version, and the holder of the alias, predict on rows whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.errors import ConfigError
from nbops.registry.ask_fairness import ask_fairness
from nbops.registry.ask_importances import TOP, ask_importances
from nbops.registry.gates import Answer
from nbops.registry.rematch import rematch
from nbops.registry.score import weigh

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from nbops.registry.mlflow_registry import MlflowRegistry
    from nbops.registry.policy import Policy
    from nbops.registry.version import Version
    from nbops.workspace import Workspace

_PAIR = 2


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Rows to predict.

    Attributes:
        on: Features, label and sensitive columns.
        label: Column with the truth.
        metric: As in `rematch`.
    """

    on: pd.DataFrame
    label: str
    metric: str = ""

    def __post_init__(self) -> None:
        if self.label not in self.on.columns:
            hint = "judge(…, on=frame, label='COLUMN')"
            raise ConfigError(f"the rows to compare on have no column {self.label!r}", hint=hint)


def try_out(
    store: MlflowRegistry,
    workspace: Workspace,
    policy: Policy,
    candidate: Version,
    rival: Version | None,
    given: Trial | None,
) -> tuple[Answer, ...]:
    """Ask what needs predictions: the rematch (on *given* rows), fairness and importances (also on the holdout).

    A declared gate that no rows were there for is closed: what nobody measured is not fair.

    Raises:
        ConfigError: The rows lack a column, or the holdout cannot be read.
        RunNotUsable: A model does not take the rows.
    """
    asked = policy.fairness is not None or policy.importances is not None
    if not asked and (given is None or rival is None):
        return ()
    trial = given or _holdout(workspace, policy)
    if trial is None:
        names = [name for name in ("fairness", "importances") if getattr(policy, name) is not None]
        how = "judge(…, on=frame, label='COLUMN'), or holdout and label in [tool.nbops.gates]"
        return (Answer(open=False, sentence=f"{' and '.join(names)}: no rows to measure on ({how})"),)
    versions = [candidate, *([rival] if rival else [])]
    truth = trial.on[trial.label].to_numpy()
    weighed, metric = as_numbers(truth) if policy.importances else (None, "")
    metric = trial.metric or metric
    uris = [f"models:/{version.name}/{version.version}" for version in versions]
    features = trial.on.drop(columns=trial.label)
    predictions, weights, remarks = weigh(uris, features, store.uri, weighed, metric)
    answers: list[Answer] = []
    if rival and given is not None:
        result = rematch(truth, predictions[0], predictions[1], trial.metric)
        decided = False if result.high < 0 else True if result.low > 0 else None
        answers.append(Answer(decided, f"challenger v{candidate.version}, holder v{rival.version}: {result}"))
    theirs = predictions[1] if rival else None
    if policy.fairness is not None:
        top = tuple(name for name in list(weights[0])[:TOP] if name in trial.on) if weights else ()
        answers += ask_fairness(trial.on, truth, predictions[0], theirs, policy.fairness, top)
    if policy.importances is not None:
        answers += _importances(policy, weights, rival is not None)
    return (*answers, *(Answer(None, remark) for remark in remarks))


def _importances(policy: Policy, weights: list[dict[str, float]], rivalled: bool) -> tuple[Answer, ...]:
    assert policy.importances is not None
    if not weights:
        return (Answer(None, "importances are measured for two classes or for numbers only"),)
    watched = policy.importances.sensitive or (policy.fairness.sensitive if policy.fairness else ())
    return ask_importances(weights[0], weights[1] if rivalled else None, policy.importances, watched)


def as_numbers(truth: np.ndarray) -> tuple[np.ndarray | None, str]:
    """Return *truth* as numbers, and the metric that suits it; None for more than two classes of texts."""
    import numpy as np

    classes = np.unique(truth)
    if len(classes) == _PAIR:
        return (truth == classes[1]).astype(float), "auc"
    return (truth.astype(float), "rmse") if truth.dtype.kind in "iuf" else (None, "")


def _holdout(workspace: Workspace, policy: Policy) -> Trial | None:
    from nbops.errors import NbopsError
    from nbops.profiles.frames import open_table

    if not policy.holdout:
        return None
    file = workspace.project / policy.holdout
    try:
        frame = open_table(Path(file) if file.is_file() else policy.holdout, workspace=workspace).frame
    except NbopsError as error:
        raise ConfigError(f"the holdout of [tool.nbops.gates] cannot be read: {error}", hint=error.hint) from error
    return Trial(frame, policy.label)
