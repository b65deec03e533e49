"""What the columns of labels and predictions mean, told from both sides at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError
from nbops.monitoring.performance.report import CLASSIFICATION, RANKING, REGRESSION

if TYPE_CHECKING:
    import pandas as pd

TASKS = (CLASSIFICATION, REGRESSION, RANKING)
_FEW = 20
_WORDS = {"true": 1.0, "false": 0.0}
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Meaning:
    """How to read the columns.

    Attributes:
        task: `classification`, `regression` or `ranking`.
        label, prediction: Columns; the prediction may be missing where there are scores.
        scores: Column of the positive class's score, or of every class's, in the order of *classes*.
        query: Column of the query, for rankings.
        textual: Values are compared as texts, not as numbers.
        classes: Values of the classes, the positive one last of two; texts or numbers.
        names: The same, as they are shown.
        notes: What was decided.
    """

    task: str
    label: str
    prediction: str | None
    scores: tuple[str, ...] = ()
    query: str | None = None
    textual: bool = False
    classes: tuple[Any, ...] = ()
    names: tuple[str, ...] = field(default=())
    notes: tuple[str, ...] = ()

    @property
    def binary(self) -> bool:
        """Whether there are two classes."""
        return len(self.classes) == _PAIR


def understand(
    frames: Sequence[pd.DataFrame],
    *,
    label: str,
    prediction: str | None,
    score: str | Mapping[Any, str] | None,
    task: str | None = None,
    positive: Any = None,
    query: str | None = None,
) -> Meaning:
    """Find out the task and the classes from all *frames* (the current data, the reference).

    Raises:
        ProfileError: A column is not there, the two cannot be compared, or do not suit the task.
    """
    if task is not None and task not in TASKS:
        raise ProfileError(f"{task!r} is not a task", hint=", ".join(TASKS))
    scores = [score] if isinstance(score, str) else list((score or {}).values())
    for name in [one for one in (prediction, *scores, query) if one is not None]:
        need(frames[0], name)
    if prediction is None and not scores:
        raise ProfileError("there is nothing to hold the labels against", hint='prediction="COLUMN" or score="COLUMN"')
    notes: list[str] = []
    columns = [(name, frame[name]) for name in (label, prediction) if name for frame in frames if name in frame]
    textual = _textual(columns, notes)
    ranks = query is not None or task == RANKING
    if ranks:
        if query is None:
            raise ProfileError("a ranking has queries", hint='query="COLUMN"')
        if textual:
            raise ProfileError(f"the relevance in {label!r} must be numbers, not texts")
        return Meaning(RANKING, label, prediction, tuple(scores), query)
    truths = _values([one for name, one in columns if name == label], textual)
    guesses = _values([one for name, one in columns if name == prediction], textual)
    probable = not textual and prediction is not None and not scores and _looks_probable(truths, guesses)
    if probable and task != REGRESSION:
        notes.append(f"{prediction!r} holds fractions between 0 and 1: taken as the probability of the positive class")
        scores, prediction, guesses = [str(prediction)], None, set()
    kind = task or (CLASSIFICATION if textual or scores or _few(truths | guesses) else REGRESSION)
    if kind == REGRESSION:
        if textual:
            raise ProfileError(f"{label!r} holds texts: a regression needs numbers", hint='task="classification"')
        return Meaning(REGRESSION, label, prediction, notes=tuple(notes))
    return _classes(truths | guesses, label, prediction, score, scores, positive, textual, notes)


def need(frame: pd.DataFrame, name: str) -> None:
    """Refuse a column that is not there, naming near ones.

    Raises:
        ProfileError: There is none of that name.
    """
    if name not in frame.columns:
        known = list(map(str, frame.columns))
        near = get_close_matches(str(name), known, 3) or known[:20]
        raise ProfileError(f"there is no column {name!r}", hint=", ".join(near) or "the data have no columns")


def as_numbers(values: pd.Series) -> pd.Series:
    """Return *values* as floats, NaN where there is no number; texts `true` and `false` are 1 and 0."""
    import pandas as pd

    if pd.api.types.is_complex_dtype(values):
        return pd.Series(float("nan"), index=values.index)
    if pd.api.types.is_numeric_dtype(values):
        return pd.Series(values.to_numpy(dtype="float64", na_value=float("nan")), index=values.index)
    words = values.astype(object).map(lambda one: _WORDS.get(str(one).strip().lower(), one))
    return pd.to_numeric(words, errors="coerce").astype("float64")


def _textual(columns: list[tuple[str, pd.Series]], notes: list[str]) -> bool:
    """Say whether values have to be compared as texts; texts that all hold numbers are numbers beside numbers."""
    kinds = [(name, _is_text(values), values) for name, values in columns]
    if not any(text for _, text, _ in kinds):
        return False
    if all(text for _, text, values in kinds if values.notna().any()):
        return True
    told = {}
    for name, text, values in kinds:
        if text and values.notna().any() and as_numbers(values.dropna()).isna().any():
            other = next(one for one, is_text, _ in kinds if not is_text)
            known = values.dropna()
            example = known[as_numbers(known).isna()].iloc[0]
            raise ProfileError(
                f"{name!r} holds texts such as {str(example)[:40]!r}, but {other!r} holds numbers: they never agree",
                hint=f"df[{name!r}].map({{…}})",
            )
        if text:
            told[name] = f"{name!r} holds numbers written as text: compared as numbers"
    notes.extend(told.values())
    return False


def as_numbers_of(value: Any) -> float | None:
    """Return one value as a number; None where it is none."""
    try:
        return _WORDS.get(str(value).strip().lower()) if str(value).strip().lower() in _WORDS else float(value)
    except (TypeError, ValueError):
        return None


def _is_text(values: pd.Series) -> bool:
    import pandas as pd

    if isinstance(values.dtype, pd.CategoricalDtype):
        return _is_text(pd.Series(values.cat.categories))
    if pd.api.types.is_numeric_dtype(values):
        return False
    kind = pd.api.types.infer_dtype(values, skipna=True)
    return kind not in {"boolean", "integer", "floating", "mixed-integer-float", "decimal", "empty"}


def _values(columns: list[pd.Series], textual: bool) -> set[Any]:
    import math

    found: set[Any] = set()
    for values in columns:
        plain = values.dropna().astype(object).map(str) if textual else as_numbers(values).dropna()
        found |= set(plain.unique().tolist())
    return found if textual else {one for one in found if math.isfinite(one)}


def _few(values: set[Any]) -> bool:
    return 0 < len(values) <= _FEW and all(float(one).is_integer() for one in values)


def _looks_probable(truths: set[Any], guesses: set[Any]) -> bool:
    fractions = any(not float(one).is_integer() for one in guesses)
    return truths <= {0.0, 1.0} and fractions and all(0 <= one <= 1 for one in guesses)


def _classes(
    values: set[Any],
    label: str,
    prediction: str | None,
    score: str | Mapping[Any, str] | None,
    scores: list[str],
    positive: Any,
    textual: bool,
    notes: list[str],
) -> Meaning:
    wanted = None if positive is None else str(positive) if textual else as_numbers_of(positive)
    unheard = positive is not None and wanted is None
    if isinstance(score, Mapping):
        values = values | {str(one) if textual else as_numbers_of(one) for one in score}
    if not textual and values <= {0.0, 1.0}:
        values = {0.0, 1.0}
    if unheard or (wanted is not None and wanted not in values and len(values) > 1):
        known = ", ".join(sorted(map(_name, values))[:_FEW])
        raise ProfileError(f"no label or prediction is {positive!r}", hint=f"positive= one of {known}")
    values = values if wanted is None else values | {wanted}
    if len(values) > 100 and not textual:  # noqa: PLR2004 # so many classes are a number that was mistaken for one
        raise ProfileError(
            f"{label!r} holds {len(values):,} different numbers: are they classes?", hint='task="regression"'
        )
    classes = sorted(
        values, key=lambda one: (one == wanted, one) if wanted is not None and len(values) == _PAIR else (False, one)
    )
    if isinstance(score, Mapping):
        by_class = {str(one) if textual else as_numbers_of(one): column for one, column in score.items()}
        if lacking := [_name(one) for one in classes if one not in by_class]:
            raise ProfileError(f"no score is given for class {', '.join(lacking[:5])}", hint="score={class: column, …}")
        scores = [by_class[one] for one in classes]
        scores = scores[1:] if len(classes) == _PAIR else scores
    elif scores and len(classes) > _PAIR:
        shown = ", ".join(map(_name, classes[:5]))
        raise ProfileError(
            f"{label!r} has {len(classes)} classes ({shown}): one column of scores cannot rank them",
            hint="score={class: column, …}",
        )
    if len(classes) == _PAIR:
        notes.append(f"positive class: {_name(classes[1])}")
    names = tuple(map(_name, classes))
    return Meaning(CLASSIFICATION, label, prediction, tuple(scores), None, textual, tuple(classes), names, tuple(notes))


def _name(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
