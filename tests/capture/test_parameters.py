"""What counts as a parameter of a cell."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("C = 0.5", {"C": 0.5}),
        ("a, b = 1, 'two'", {"a": 1, "b": "two"}),
        ("rate = 10 ** -3\nsize = (2, 3)\nflag = not True", {"rate": 0.001, "size": [2, 3], "flag": False}),
        ("depth: int = -4", {"depth": -4}),
        ("cfg = {'lr': 0.1, 'net': {'layers': [8, 4]}}", {"cfg.lr": 0.1, "cfg.net.layers": [8, 4]}),
        ("cfg = dict(lr=0.1)", {"cfg.lr": 0.1}),
        ("if True:\n    mode = 'fast'\nelse:\n    mode = 'slow'", {"mode": "fast"}),
        ("if (k := 3) > 2:\n    pass", {"k": 3}),
        ("none = None\nbig = 1e400", {"none": None, "big": "inf"}),
        ("_hidden = 1", {}),
        ("for i in range(3):\n    last = 7", {}),
        ("total = 0\nfor x in range(3):\n    total += x", {}),
        ("best = 0\nbest = max(best, 3)", {}),
        ("losses = []\nlosses.append(1)", {}),
        ("items = list(range(5))\nidx = 2\nitem = items[idx]", {}),
        ("features = ['a']\nframe = {'a': 1.5}\nx = frame[features[0]]", {"features": ["a"], "frame.a": 1.5}),
        ("limit = 3\nsome = [1, 2, 3, 4][:limit]", {"limit": 3}),
        ("gone = 5\ndel gone", {"gone": 5}),
        ("import math\nx = math.sqrt(4)", {}),
        ("text = 'a' * 10_000", {}),
    ],
)
def test_what_a_person_typed(cells, source, wanted):
    """Literals and constant expressions are parameters; targets, accumulators, indices and private names are not."""
    assert cells.track(source).parameters == wanted


def test_literals_of_earlier_cells_that_the_cell_reads(cells):
    """They are marked with the cell that they come from; what was overwritten or not read is not taken."""
    cells.run("depth = 3\nunread = 4\nrate = 0.1\nconfig = {'lr': 0.2, 'name': 'x'}")
    cells.run("rate = depth * 0.1")
    closed = cells.track("loss = depth * rate * config['lr']")
    assert closed.parameters == {"depth": 3, "config.lr": 0.2, "config.name": "x"}
    assert closed.origins == {"depth": "from [1]", "config.lr": "from [1]", "config.name": "from [1]"}


def test_literals_that_called_functions_read(cells):
    """The free names of the notebook's own functions count, also one call further."""
    cells.run("alpha = 2\ndef inner():\n    return alpha / 3\ndef outer():\n    return inner()")
    closed = cells.track("loss = outer()")
    assert closed.parameters == {"alpha": 2}
    assert closed.metrics == {"loss": 2 / 3}


def test_dataclasses_are_flattened(cells):
    """A configuration object made from constants counts as its fields."""
    cells.run(
        "from dataclasses import dataclass\n@dataclass\nclass Config:\n    lr: float = 0.1\n    layers: tuple = (2, 3)"
    )
    assert cells.track("cfg = Config(lr=0.5)").parameters == {"cfg.lr": 0.5, "cfg.layers": [2, 3]}


def test_a_config_that_the_cell_fills_keeps_only_what_was_typed(cells):
    """Results put into a dict of literals are not parameters."""
    closed = cells.track("run = {'name': 'a', 'seed_count': 3}\nrun['loss'] = len('abc') / 7")
    assert closed.parameters == {"run.name": "a", "run.seed_count": 3}


def test_plot_arguments_are_none(cells):
    """Names used only to draw say nothing about the result."""
    cells.run("import matplotlib; matplotlib.use('agg')\nimport matplotlib.pyplot as plt")
    closed = cells.track(
        "size = (3, 2)\nbins = 5\nfig, ax = plt.subplots(figsize=size)\nax.hist([1, 2], bins=bins)\nk = 3"
    )
    assert closed.parameters == {"k": 3}
    cells.run("plt.close('all')")


def test_seeds_have_a_field_of_their_own(flowers):
    """Seeds given by keyword, by call or by name are no parameters."""
    closed = flowers.track(
        "SEED = 7\nnp.random.seed(3)\ngen = np.random.default_rng(SEED)\n"
        "model = LogisticRegression(random_state=11, C=2.0).fit(X_train, y_train)"
    )
    assert closed.seeds == {"SEED": 7, "numpy.seed": 3, "random_state": 11}
    assert closed.parameters == {"C": 2.0}


def test_estimator_parameters_count_once(flowers):
    """What differs from the default counts, under the name that the cell gave it where it gave one."""
    closed = flowers.track("reg = 0.25\nmodel = LogisticRegression(C=reg, max_iter=500).fit(X_train, y_train)")
    assert closed.parameters == {"reg": 0.25, "max_iter": 500}
    assert closed.origins == {"max_iter": "model"}


def test_parameters_of_pipeline_steps(flowers):
    """They are named as scikit-learn names them."""
    flowers.run("from sklearn.pipeline import make_pipeline\nfrom sklearn.preprocessing import StandardScaler")
    closed = flowers.track("model = make_pipeline(StandardScaler(), LogisticRegression(C=3.0)).fit(X_train, y_train)")
    assert closed.parameters == {"logisticregression__C": 3.0}


def test_more_than_a_hundred_are_all_recorded(cells):
    """The recorder turns them into one file; capture drops none."""
    names = [f"p{number}" for number in range(150)]
    closed = cells.track("\n".join(f"{name} = {place}" for place, name in enumerate(names)))
    assert len(closed.parameters) == 150


def test_what_was_typed_for_an_estimator_counts_also_where_it_is_the_default(flowers):
    """Runs that differ in it are compared; what nobody typed and is the default stays out. Types are kept."""
    flowers.run("from sklearn.pipeline import Pipeline\nfrom sklearn.preprocessing import StandardScaler")
    closed = flowers.track("model = LogisticRegression(C=1.0, fit_intercept=True, max_iter=200, n_jobs=None).fit(X, y)")
    assert closed.parameters == {"C": 1.0, "fit_intercept": True, "max_iter": 200}
    assert {name: type(value) for name, value in closed.parameters.items()} == {
        "C": float, "fit_intercept": bool, "max_iter": int,
    }  # fmt: skip
    closed = flowers.track(
        "model = Pipeline([('scale', StandardScaler(with_mean=True)), ('fit', LogisticRegression(C=1.0))]).fit(X, y)"
    )
    assert closed.parameters == {"scale__with_mean": True, "fit__C": 1.0}


def test_two_estimators_of_one_class_are_not_mixed_up(flowers):
    """A keyword that two calls give differently is taken from each model itself."""
    closed = flowers.track("one = LogisticRegression(C=1.0).fit(X, y)\ntwo = LogisticRegression(C=2.0).fit(X, y)")
    assert closed.parameters == {"two.C": 2.0}


def test_what_is_typed_into_estimators_that_are_no_model(flowers):
    """Cross-validated estimators, their `cv`, and a search with its space tell what was typed, each once."""
    flowers.run(
        "from sklearn.model_selection import cross_validate, cross_val_score, GridSearchCV, KFold\n"
        "from sklearn.pipeline import make_pipeline\nfrom sklearn.decomposition import PCA\nimport sklearn.linear_model"
    )
    closed = flowers.track("r = cross_validate(LogisticRegression(C=.2, max_iter=300, n_jobs=1), X, y, cv=3)")
    assert closed.parameters == {"C": 0.2, "max_iter": 300, "cv": 3}
    closed = flowers.track(
        "pipe = make_pipeline(PCA(n_components=2), sklearn.linear_model.LogisticRegression(C=.3, max_iter=300))\n"
        "s = cross_val_score(pipe, X, y, cv=KFold(3, shuffle=True))"
    )
    assert closed.parameters == {"n_components": 2, "C": 0.3, "max_iter": 300, "cv": "KFold(3, shuffle=True)"}
    closed = flowers.track(
        "search = GridSearchCV(LogisticRegression(max_iter=300), {'C': [.1, 1.5]}, cv=3, scoring='accuracy').fit(X, y)"
    )
    assert closed.parameters["param_grid"] == '{"C": [0.1, 1.5]}'
    assert {name: closed.parameters[name] for name in ("cv", "scoring", "max_iter")} == {
        "cv": 3, "scoring": "accuracy", "max_iter": 300,
    }  # fmt: skip
    assert not [name for name in closed.parameters if name.startswith("LogisticRegression")]
    folds = flowers.track("k = 4\ns = cross_val_score(LogisticRegression(C=k), X, y, cv=k)")
    assert folds.parameters == {"k": 4}
