"""What never goes into a skops file as trusted, whatever an object says of itself."""

from __future__ import annotations

import functools
import io
import json
import operator
import os
import pickle
import subprocess
import zipfile

import joblib
import numpy as np
import pytest
import scipy.io
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from nbops.recording.models.open_model import CLOUDPICKLE, open_model
from nbops.recording.models.trusted_types import objectionable_types, reviewed_types, trusted_types


def _lists():
    import numpy.ctypeslib
    import numpy.f2py
    import numpy.testing
    import sklearn.datasets
    import sklearn.utils._testing

    return {
        "a shell": os.system,
        "a process": subprocess.run,
        "part of a shell": functools.partial(os.system, "true"),
        "Python text": eval,
        "a file": open,
        "a pickle": pickle.loads,
        "a joblib file": joblib.load,
        "a NumPy file": np.load,
        "raw bytes": np.fromfile,
        "a mapped file": np.memmap,
        "a written file": np.save,
        "a compiler": numpy.f2py.run_main,
        "a shared library": numpy.ctypeslib.load_library,
        "a test runner": numpy.testing.rundocs,
        "a MATLAB file": scipy.io.loadmat,
        "a named tool of scikit-learn's tests": sklearn.utils._testing.assert_run_python_script_without_output,
        "a download": sklearn.datasets.fetch_openml,
        "a folder of files": sklearn.datasets.load_files,
        "a method of what it is given": operator.methodcaller("tofile", "/dev/null"),
        "an attribute of what it is given": operator.attrgetter("__class__"),
        "a method of an array": np.arange(3.0).tofile,
        "a method of an estimator": StandardScaler().set_params,
        "any function over rows": np.apply_along_axis,
    }


@pytest.mark.parametrize("what", _lists())
def test_functions_that_reach_outside_are_never_trusted(what, tmp_path):
    """A transformer, a partial, a scorer and an instance that hold one become a pickle, which says so."""
    function = _lists()[what]
    holders = [
        FunctionTransformer(function),
        FunctionTransformer(functools.partial(function, 1)),
        make_pipeline(StandardScaler(), FunctionTransformer(function), LogisticRegression()),
        GridSearchCV(LogisticRegression(), {}, scoring=make_scorer(function)),
        FunctionTransformer(kw_args={"deep": [{"inside": (function,)}]}),
    ]
    masked = StandardScaler()
    masked.transform = function
    for holder in [*holders, masked]:
        assert trusted_types(holder) is None
    try:
        blob = pickle.dumps(holders[0])
    except (pickle.PicklingError, AttributeError, TypeError):  # it cannot even be captured
        return
    assert open_model(blob, {}, {}, tmp_path).format == CLOUDPICKLE


def test_a_class_that_pretends_to_be_of_a_trusted_library_is_not():
    """Names are compared whole: no prefix opens the door."""
    forged = type("Evil", (StandardScaler,), {"__module__": "sklearn.preprocessing._evil"})
    assert trusted_types(forged()) is None
    assert not any(name.endswith(".") or name.count(".") == 0 for name in reviewed_types())


def test_a_forged_file_is_objected_to_by_what_it_builds():
    """The list in a model's own files counts for nothing: its content is held against ours, and nothing is built."""
    sound = skops.io.dumps(make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()))
    assert objectionable_types(sound) == ()
    forged = _replaced(sound, "log1p", "system", "posix")
    assert objectionable_types(forged) == ("posix.system",)
    with pytest.raises(ValueError, match="this is no skops file"):
        objectionable_types(b"no zip")


def _replaced(content, name, function, module):
    """Return a skops file whose function *name* is another one."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as written:
        for item in source.namelist():
            text = source.read(item)
            if item == "schema.json":
                schema = json.loads(text, object_hook=lambda node: _swap(node, name, function, module))
                text = json.dumps(schema).encode()
            written.writestr(item, text)
    return target.getvalue()


def _swap(node, name, function, module):
    return node | {"__class__": function, "__module__": module} if node.get("__class__") == name else node
