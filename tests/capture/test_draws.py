"""Which random generators a cell drew from, and whether anybody had seeded them."""

from __future__ import annotations

import ast

import pytest

from nbops.capture.code.cell_code import CellCode
from nbops.capture.findings.draws import seeded_by


def drew(closed):
    return {item["generator"]: item["seeded"] for item in closed.drew}


def test_generators_of_the_process(cells):
    """Drawing without a seed is told; with one, set in any cell before, it is not."""
    cells.run("import random\nimport numpy as np\nnp.random.seed(5)\nrandom.random()")
    assert drew(cells.track("x = random.random() + np.random.rand()")) == {"random": False, "numpy": True}
    assert drew(cells.track("k = 1")) == {}
    assert drew(cells.track("random.seed(1)\ny = random.random()")) == {"random": True}


def test_generators_of_the_notebook(cells):
    """Objects count by name, also those made without a seed in the cell itself."""
    cells.run("import numpy as np\nrng = np.random.default_rng(0)\nfree = np.random.default_rng()")
    assert drew(cells.track("a = rng.normal()\nb = free.normal()")) == {"rng": True, "free": False}
    assert drew(cells.track("mine = np.random.default_rng()\nc = mine.normal()")) == {"mine": False}
    assert drew(cells.track("k = rng")) == {}


def test_the_state_before_is_named_by_a_hash(cells):
    """Equal states have equal hashes, in every process; the state itself is not kept."""
    cells.run("import random, numpy as np\nrng = np.random.default_rng(7)")
    states = []
    for _ in range(2):
        cells.run("random.seed(42)\nnp.random.seed(42)\nrng = np.random.default_rng(7)")
        closed = cells.track("x = random.random(), np.random.rand(), rng.normal()")
        states.append({item["generator"]: item["state"] for item in closed.drew})
    assert states[0] == states[1]
    assert set(states[0]) == {"random", "numpy", "rng"}
    assert all(len(state) == 16 for state in states[0].values())


def test_a_model_that_draws_is_told(flowers):
    """scikit-learn without `random_state` draws from NumPy's generator."""
    flowers.run("from sklearn.ensemble import RandomForestClassifier")
    closed = flowers.track("model = RandomForestClassifier(n_estimators=3).fit(X_train, y_train)")
    assert drew(closed) == {"numpy": False}
    closed = flowers.track("model = RandomForestClassifier(n_estimators=3, random_state=0).fit(X_train, y_train)")
    assert drew(closed) == {}


@pytest.mark.parametrize(
    ("source", "seeded"),
    [
        ("np.random.seed(0)", {"numpy"}),
        ("torch.manual_seed(0)", {"torch"}),
        ("random.seed()", {"random"}),
        ("seed_everything(3)", {"every generator"}),
        ("utils.set_seed(3)", {"every generator"}),
        ("rng = np.random.Generator(np.random.PCG64(7))", {"rng"}),
        ("rng = np.random.Generator(np.random.PCG64())", set()),
        ("rng = np.random.default_rng()", set()),
        ("def prepare():\n    np.random.seed(1)", {"numpy"}),
        ("x = np.random.SeedSequence(3)", set()),
    ],
)
def test_what_seeds(source, seeded):
    """Calls that seed are known by their names."""
    assert seeded_by(CellCode(source, source, ast.parse(source))) == seeded
