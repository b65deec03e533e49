"""The adapter against real MLflow: facts come out, foreign exceptions do not."""

from __future__ import annotations

import socket
import time

import mlflow.exceptions
import numpy as np
import pytest
from mlflow.exceptions import ERROR_CODE_TO_HTTP_STATUS, MlflowException
from mlflow.protos.databricks_pb2 import ErrorCode

from nbops.errors import StoreError, StoreRefused, StoreUnavailable, VersionNotFound
from nbops.registry.mlflow_registry import MlflowRegistry, translated_errors, translation


def _kinds(kind: type[MlflowException]) -> list[type[MlflowException]]:
    return [kind, *(leaf for child in kind.__subclasses__() for leaf in _kinds(child))]


@pytest.mark.parametrize("kind", _kinds(MlflowException), ids=lambda kind: kind.__name__)
def test_every_exception_of_mlflow_becomes_ours(kind):
    """Whatever class MLflow raises, a StoreError with its first line leaves the adapter."""
    error = kind.__new__(kind)
    MlflowException.__init__(error, "first line\nsecond line")
    with pytest.raises(StoreError, match="first line") as caught, translated_errors():
        raise error
    assert "second" not in str(caught.value)
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("code", sorted(ERROR_CODE_TO_HTTP_STATUS))
def test_every_error_code_is_either_later_or_no(code):
    """Codes that mean `not now` are StoreUnavailable, all others StoreRefused."""
    ours = translation(MlflowException("text", error_code=ErrorCode.Value(code)))
    later = ERROR_CODE_TO_HTTP_STATUS[code] in {429, 499, 503, 504} or code in {"ABORTED", "CANCELLED"}
    assert type(ours) is (StoreUnavailable if later else StoreRefused)


def test_database_that_is_no_database_is_unavailable(tmp_path):
    """A damaged file is a sentence, not SQLAlchemy's stack."""
    (tmp_path / "mlflow.db").write_text("this is not SQLite, by far, not even remotely" * 40)
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        MlflowRegistry(f"sqlite:///{tmp_path / 'mlflow.db'}")


def test_dead_server_is_noticed_in_seconds():
    """MLflow's own client would retry for minutes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable, match="does not answer"):
        MlflowRegistry(f"http://127.0.0.1:{port}")
    assert time.monotonic() - begun < 10


def test_model_and_version_that_are_not_there(store, version):
    """Each missing thing has its own sentence."""
    with pytest.raises(VersionNotFound, match="no model is registered as 'nope'"):
        store.versions("nope")
    version()
    with pytest.raises(VersionNotFound, match="'churn' has no version 7"):
        store.version("churn", 7)
    with pytest.raises(VersionNotFound, match="'churn' has no version 7"):
        store.set_alias("churn", "champion", 7)


def test_version_carries_its_aliases_and_loads_in_plain_mlflow(store, version):
    """What we registered is a model that MLflow itself serves."""
    number = version()
    store.set_alias("churn", "champion", number)
    assert store.versions("churn")[0].aliases == ("champion",)
    assert store.aliases("churn") == {"champion": 1}
    loaded = mlflow.pyfunc.load_model("models:/churn@champion")
    assert len(loaded.predict(np.array([[0.0, 1.0]]))) == 1


def test_signature_is_read_without_loading_the_model(store, version):
    """A model that declares its inputs is told from one that does not."""
    assert store.has_signature(store.version("churn", version()))
    assert not store.has_signature(store.version("churn", version(signature=False)))


def test_run_facts(store, logged):
    """Status, metrics, tags and logged models of a run; None for a run that is gone."""
    run_id, model_id = logged({"auc": 0.7})
    facts = store.run_facts(run_id)
    assert (facts.status, facts.metrics, facts.models) == ("FINISHED", {"auc": 0.7}, {"model": model_id})
    assert store.run_facts("f" * 32) is None


def test_name_with_a_quote_is_found_again(store, logged):
    """Names are quoted in MLflow's filter language."""
    store.create_version("ana's model", logged()[1], {"nbops.run": "r1"}, "")
    assert store.versions("ana's model")[0].run_id == "r1"


def test_a_half_made_database_is_left_alone(stored_workspace):
    """Opening it would migrate it under the hands of whoever is making it; what to do is said."""
    import sqlite3

    from nbops.registry.open_registry import open_registry

    path = stored_workspace.root / "mlflow.db"
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE begun (id INTEGER)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreUnavailable) as told:
        open_registry(stored_workspace)
    assert "made anew" in told.value.hint
    assert path.read_bytes() == before
