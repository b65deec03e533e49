"""The same registry over HTTP, against a real `mlflow server`."""

from __future__ import annotations

import multiprocessing
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from nbops.ledger import verify
from nbops.registry.mlflow_registry import MlflowRegistry
from nbops.registry.record import read_ledger, record


@pytest.fixture(scope="module")
def server(mlflow_template, tmp_path_factory):
    """Address of an MLflow server with an empty store."""
    folder = tmp_path_factory.mktemp("server")
    shutil.copy(mlflow_template, folder / "mlflow.db")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}", "--artifacts-destination", str(folder)]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _await(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _await(address: str, process: subprocess.Popen) -> None:
    for _ in range(600):
        assert process.poll() is None
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("mlflow server did not start")


def _write(uri: str, writer: int) -> None:
    store = MlflowRegistry(uri)
    for number in range(3):
        record(store, "assign", "churn", lambda _, number=number: {"alias": "a", "version": number, "writer": writer})


def test_concurrent_writers_share_one_ledger(server):
    """Three processes that begin the ledger at once over HTTP lose no event and fork nothing."""
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_write, args=(server, writer)) for writer in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        assert process.exitcode == 0
    ledger = read_ledger(MlflowRegistry(server))
    assert len(ledger.events) == 9
    assert verify(ledger.events)
    assert len(ledger.segments) == 1


def test_version_alias_signature_and_load(server):
    """A model that lies on the server is registered, judged by its MLmodel and aliased."""
    import mlflow
    import numpy as np
    from mlflow.models import infer_signature
    from sklearn.linear_model import LogisticRegression

    rows = np.arange(12.0).reshape(6, 2)
    model = LogisticRegression().fit(rows, [0, 1, 0, 1, 0, 1])
    mlflow.set_tracking_uri(server)
    try:
        with mlflow.start_run():
            signature = infer_signature(rows, model.predict(rows))
            made = mlflow.sklearn.log_model(model, name="model", pip_requirements=["scikit-learn"], signature=signature)
    finally:
        mlflow.set_tracking_uri(None)
    store = MlflowRegistry(server)
    number = store.create_version("churn", made.model_id, {"nbops.run": "r1"}, "text")
    store.set_alias("churn", "champion", number)
    version = store.version("churn", number)
    assert (version.run_id, version.aliases, version.source) == ("r1", ("champion",), f"models:/{made.model_id}")
    assert store.has_signature(version)
    assert store.server_version() == mlflow.__version__
