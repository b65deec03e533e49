"""`mlflow models serve` on logged models: a real server in a process of its own, which does not see the project."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import numpy as np
import pytest
import uvicorn
from every_estimator import FRAME, LABELS
from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import StandardScaler

from nbops.recording.get_run import get_run

NUMBERS = FRAME[["a", "b"]]
SIGNATURE = {"inputs": [["a", "float64"], ["b", "float64"]], "tensor": None, "output": "int64"}
MODULE = (
    "import numpy as np\n"
    "from sklearn.base import BaseEstimator, ClassifierMixin\n"
    "class Above(ClassifierMixin, BaseEstimator):\n"
    "    def fit(self, X, y):\n"
    "        self.limit_ = float(X['a'].median())\n"
    "        return self\n"
    "    def predict(self, X):\n"
    "        return np.asarray(X['a'] > self.limit_).astype(int)\n"
)
MAKE = (
    "import sys, cloudpickle, pandas as pd\n"
    "frame = pd.DataFrame({'a': [1.0, 2.0, 3.0], 'b': [0.0, 0.0, 0.0]})\n"
    "sys.stdout.buffer.write(cloudpickle.dumps(Above().fit(frame, [0, 0, 1])))\n"
)


@pytest.fixture
def serve(stored_workspace):
    """Serve models, all at once, and return where; the servers end with the test."""
    running = []

    def start(*uris):
        ports = [_free_port() for _ in uris]
        environment = {name: text for name, text in os.environ.items() if name not in {"PYTHONPATH", "NBOPS_WORKSPACE"}}
        scripts = Path(uvicorn.__file__).parents[4] / "bin"  # MLflow calls it by name
        environment["PATH"] = os.pathsep.join([str(scripts), os.environ["PATH"]])
        environment["MLFLOW_TRACKING_URI"] = stored_workspace.tracking_uri
        for uri, port in zip(uris, ports, strict=True):
            command = [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", uri]
            command += ["--env-manager", "local", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
            log = (stored_workspace.root / f"serve-{port}.log").open("w")
            running.append(
                subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd="/", start_new_session=True)
            )
        for process, port in zip(running, ports, strict=True):
            _await(port, process, stored_workspace.root / f"serve-{port}.log")
        return [f"http://127.0.0.1:{port}/invocations" for port in ports]

    yield start
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _await(port, process, log):
    end = time.monotonic() + 150
    while time.monotonic() < end and process.poll() is None:
        try:
            urlopen(f"http://127.0.0.1:{port}/ping", timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError(log.read_text())


def _ask(address, frame):
    body = json.dumps({"dataframe_split": frame.to_dict(orient="split", index=False)}).encode()
    request = Request(address, body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as answer:
        return json.load(answer)["predictions"]


def test_logged_models_are_served(stored_workspace, writer, drain, serve):
    """A forest, a scaler, a class beside the notebook and one of the notebook answer; bad columns are refused."""
    (stored_workspace.project / "abovemedian.py").write_text(MODULE)
    beside = _made("from abovemedian import Above\n" + MAKE, stored_workspace.project)
    inside = _made(MODULE + MAKE, stored_workspace.project)
    forest = RandomForestClassifier(5, random_state=0).fit(NUMBERS, LABELS)
    scaler = StandardScaler().fit(NUMBERS)
    entries = (
        writer.model(forest, name="forest", signature=SIGNATURE),
        writer.model(scaler, name="scaler", signature=SIGNATURE | {"output": None}),
        _entry(writer, "beside", beside),
        _entry(writer, "inside", inside),
    )
    run = writer.run(models=entries)
    drain()
    kept = get_run(run).models
    assert [item["format"] for item in kept] == ["skops", "skops", "pickle", "pickle"]
    addresses = serve(*(item["uri"] for item in kept))
    assert _ask(addresses[0], NUMBERS) == forest.predict(NUMBERS).tolist()
    np.testing.assert_allclose(_ask(addresses[1], NUMBERS), scaler.transform(NUMBERS))
    for address in addresses[2:]:
        assert _ask(address, NUMBERS.assign(a=[2.5, 1.0] * 20)) == [1, 0] * 20
    for address in addresses:
        with pytest.raises(HTTPError) as refused:
            _ask(address, NUMBERS.rename(columns={"a": "wrong"}))
        assert refused.value.code == 400
        assert "a" in json.load(refused.value)["message"]


def _made(code, folder):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=folder).stdout


def _entry(writer, name, content):
    return {"name": name, "class": "Above", "blob": writer.journal.put(content), "signature": SIGNATURE}
