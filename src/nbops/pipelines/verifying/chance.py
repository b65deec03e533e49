"""Chance, measured and named: what differs between two runs of the same cells, and who drew without a seed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from nbops.capture.code.called import called
from nbops.capture.code.generators import GENERATORS
from nbops.capture.journal.records import Execution
from nbops.pipelines.verifying.comparison import Comparison
from nbops.pipelines.verifying.has_effects import module_names
from nbops.recording.run import Run
from nbops.slicing.effects import Effects
from nbops.slicing.facts import Call
from nbops.slicing.read_facts import read_facts
from nbops.slicing.slice import label

_MOST = 3
_MAKERS = {"default_rng", "RandomState", "Random", "Generator"}
_ENTROPY = {"SystemRandom", "urandom", "uuid4", "uuid1", "token_bytes", "token_hex", "randbits"}


def tell_chance(between: Sequence[Comparison], kept: Sequence[Execution], run: Run, effects: Effects) -> str:
    """Say what two runs of the same cells differ in, and which draws had no seed.

    Args:
        between: One of them held against the other.
        kept: The cells.
        run: The promoted run.
        effects: Table of effects.
    """
    differing = [one for one in between if not one.equal]
    told = "; ".join(_differs(one) for one in differing[:_MOST])
    more = f", and {len(differing) - _MOST} more" if len(differing) > _MOST else ""
    causes = list(dict.fromkeys(_unseeded(kept, run, effects)))
    why = (
        ", ".join(causes[:_MOST])
        or "no draw without a seed was seen: time, order, threads or a process may be behind it"
    )
    return f"{told}{more}; {why}"


def _differs(one: Comparison) -> str:
    kind, _, name = one.what.partition(" ")
    if kind in {"metric", "fact"}:
        return f"`{name}` differs between two runs of the same cells: {_number(one.captured)} and {_number(one.fresh)}"
    if kind == "snapshot":
        return f"the rows of `{name}` differ between two runs of the same cells"
    return f"the {one.what} differ between two runs of the same cells" + (
        f" ({one.fresh})" if kind == "predictions" else ""
    )


def _number(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, int | float) else "nothing"


def _unseeded(kept: Sequence[Execution], run: Run, effects: Effects) -> Iterator[str]:
    """Yield, for each cell that drew from a generator that nobody had seeded, what is missing."""
    modules = module_names(kept)
    seeded: set[str] = set()
    for one in kept:
        sets = set(_sets(one, effects, modules))
        for generator in () if read_facts(one.code).only_imports else one.drew:
            if generator not in seeded | sets:
                says = effects.resource(f"random.{generator}").says
                yield f"no seed is set before {label(one)}, which draws from {says}"
        seeded |= sets
        for name in _made_without_seed(one):
            yield f"{label(one)} calls `{name}()` without a seed" if name in _MAKERS else f"{label(one)} calls `{name}`"
    for item in run.drew:
        if not item.get("seeded") and str(item.get("generator")) not in GENERATORS:
            yield f"`{item['generator']}` has no seed"


def _sets(one: Execution, effects: Effects, modules: dict[str, str]) -> Iterator[str]:
    for event in read_facts(one.code).events:
        if isinstance(event, Call) and event.root in modules:
            path = ".".join((modules[event.root], *event.path))
            for resource, action in effects.calls.match_call(path, event.texts):
                if action == "sets" and resource.startswith("random."):
                    yield resource.removeprefix("random.")


def _made_without_seed(one: Execution) -> Iterator[str]:
    try:
        tree = ast.parse(one.code)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = called(node)
            if name in _ENTROPY or (name in _MAKERS and not node.args and not node.keywords):
                yield name
