"""Ask the gates whether a version may take an alias."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from nbops.errors import StoreRefused
from nbops.registry.documents import drift_of
from nbops.registry.gates import Facts, ask
from nbops.registry.open_registry import open_registry
from nbops.registry.policy import read_policy
from nbops.registry.resolve import resolve
from nbops.registry.try_out import Trial, try_out
from nbops.registry.verdict import Verdict
from nbops.registry.version import Version, check_alias
from nbops.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from nbops.registry.mlflow_registry import MlflowRegistry


def judge(
    name: str,
    version: int | str,
    *,
    alias: str = "champion",
    on: pd.DataFrame | None = None,
    label: str = "",
    metric: str = "",
    workspace: Workspace | None = None,
) -> Verdict:
    """Hold a version against every gate; nothing is changed.

    Without *on* no model is loaded. With it, both models predict the same rows (in a process of their own), and an
    interval of the difference by paired bootstrap takes the place of comparing what the two runs logged. The gates of
    fairness and importances, where the project declares them, ask the same predictions; without *on*, those for the
    `holdout` of the policy.

    The gates: its run FINISHED, the model has a signature, metrics were logged, each bound of `[tool.nbops.gates]`
    holds, it is not worse than the present holder of *alias* (beyond `tolerance`), its data have not drifted to
    `alert`. Where both runs saw different data, the verdict says so.

    Args:
        name: Of the model.
        version: Number, or an alias that points to one.
        alias: That it would take.
        on: Rows to compare challenger and holder on: features and *label*.
        label: Column of *on* with the truth.
        metric: `auc`, `brier`, `accuracy`, `rmse` or `mae`; by default `auc` for two classes, else `rmse`.
        workspace: The current one by default.

    Raises:
        VersionNotFound: No such model or version.
        AliasNotFound: *version* names an alias that the model does not have.
        NameRefused: *alias* is no possible alias.
        ConfigError: The policy cannot be understood, or *on* has no column *label*.
        RunNotUsable: A model does not take the rows of *on*.
    """
    place = workspace or find_workspace()
    store = open_registry(place)
    candidate = resolve(store, name, version)
    if on is None:
        return judge_version(store, place, candidate, check_alias(alias))
    return judge_version(store, place, candidate, check_alias(alias), Trial(on, label, metric))


def judge_version(
    store: MlflowRegistry,
    workspace: Workspace,
    candidate: Version,
    alias: str,
    given: Trial | None = None,
) -> Verdict:
    """Hold *candidate* against every gate (see `judge`), on the *given* rows where there are any."""
    policy = read_policy(workspace.project)
    held = store.aliases(candidate.name).get(alias)
    rival = store.version(candidate.name, held) if held not in {None, candidate.version} else None
    known = _facts(store, workspace, rival) if rival and given is None else None
    answers = ask(_facts(store, workspace, candidate), known, alias, policy)
    answers = (*answers, *try_out(store, workspace, policy, candidate, rival, given))
    return Verdict(
        candidate.name,
        candidate.version,
        alias,
        passed=tuple(answer.sentence for answer in answers if answer.open),
        objections=tuple(answer.sentence for answer in answers if answer.open is False),
        notes=tuple(answer.sentence for answer in answers if answer.open is None),
        binding=policy.binds(alias),
    )


def _facts(store: MlflowRegistry, workspace: Workspace, version: Version) -> Facts:
    run = store.run_facts(version.mlflow_run_id) if version.mlflow_run_id else None
    signature = False
    with suppress(StoreRefused):  # a model whose files are gone or are no MLflow model declares nothing
        signature = store.has_signature(version)
    tags = {**(run.tags if run else {}), **version.tags}
    return Facts(
        title=f"v{version.version}",
        status=run.status if run else "",
        signature=signature,
        metrics=run.metrics if run else version.metrics,
        drift=drift_of(workspace, version),
        datasets=_datasets(tags.get("nbops.data", "")),
    )


def _datasets(text: str) -> Mapping[str, str]:
    with suppress(ValueError, TypeError, AttributeError):
        return {
            str(entry.get("name", position)): str(entry.get("id") or entry.get("snapshot") or entry["digest"])
            for position, entry in enumerate(json.loads(text))
            if entry.get("id") or entry.get("snapshot") or entry.get("digest")
        }
    return {}
