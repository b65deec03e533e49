"""A model's code in the project goes along with it, is fresh, and nothing else does."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nbops.recording.models.log_model import save_model
from nbops.recording.models.open_model import open_model

MODULE = (
    "import numpy as np\nfrom sklearn.base import BaseEstimator\nfrom {package}.inner import add\n"
    "class Model(BaseEstimator):\n    def fit(self, X, y=None):\n        self.fitted_ = True\n        return self\n"
    "    def predict(self, X):\n        import yaml\n        return np.full(len(X), add({number}))\n"
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project that a recorder can import from."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def _package(project, name, number, *, marked=True):
    folder = project / name
    folder.mkdir(exist_ok=True)
    if marked:
        (folder / "__init__.py").write_text("")
    (folder / "inner.py").write_text("def add(n):\n    return n + 1\n")
    (folder / "models.py").write_text(MODULE.format(package=name, number=number))
    (folder / "rows.csv").write_text("secret rows\n")
    (project / "unrelated.py").write_text("x = 1\n")


def _blob(project, name):
    code = f"import pickle, sys; from {name}.models import Model; sys.stdout.buffer.write(pickle.dumps(Model().fit(0)))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=project).stdout


@pytest.mark.parametrize("marked", [True, False])
def test_a_package_goes_along_without_its_rows(project, tmp_path, marked):
    """Sources only, of packages with and without `__init__.py`; the model predicts where there is no project."""
    name = f"own{'marked' if marked else 'bare'}"
    _package(project, name, 6, marked=marked)
    (project / "elsewhere.py").write_text("import unrelated\n")
    opened = open_model(_blob(project, name), {"class": f"{name}.models.Model"}, {}, project)
    assert opened.code == (project / name,)
    assert any(item.startswith("PyYAML==") for item in opened.requirements)
    save_model(opened, tmp_path / "model")
    written = {path.name for path in (tmp_path / "model" / "code").rglob("*") if path.is_file()}
    assert written == {"inner.py", "models.py"} | ({"__init__.py"} if marked else set())
    code = "import sys, mlflow; print(mlflow.pyfunc.load_model(sys.argv[1]).predict([1, 2]).tolist())"
    arguments = [sys.executable, "-P", "-c", code, str(tmp_path / "model")]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout.strip().endswith("[7, 7]")


def test_a_recorder_sees_the_module_as_it_is_now(project):
    """A class that was added to a module after an earlier model was read is found; the former code is forgotten."""
    _package(project, "growing", 1)
    first = open_model(_blob(project, "growing"), {}, {}, project)
    _package(project, "growing", 41)
    (project / "growing" / "models.py").open("a").write("class Later(Model):\n    pass\n")
    blob = _blob(project, "growing").replace(b"\x8c\x05Model", b"\x8c\x05Later")
    later = open_model(blob, {}, {}, project)
    assert (first.fitted.predict([0])[0], later.fitted.predict([0])[0]) == (2, 42)
    assert type(later.fitted).__name__ == "Later"


@pytest.mark.parametrize("error", ["SystemExit", "KeyboardInterrupt", "RuntimeError"])
def test_a_model_that_ends_the_process_does_not_end_the_recorder(project, error):
    """What `__setstate__` raises becomes a sentence."""
    from nbops.errors import StoreRefused

    (project / f"ending{error.lower()}.py").write_text(
        f"class Model:\n    def predict(self, X): pass\n    def __setstate__(self, state): raise {error}('mine')\n"
    )
    code = f"import pickle, sys; from ending{error.lower()} import Model; m = Model(); m.a = 1; "
    code += "sys.stdout.buffer.write(pickle.dumps(m))"
    blob = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=project).stdout
    with pytest.raises(StoreRefused, match=f"it cannot be read back: {error}: mine"):
        open_model(blob, {}, {}, project)
