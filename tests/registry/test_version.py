"""Names that MLflow takes and names that it does not."""

from __future__ import annotations

import json

import pytest
from mlflow.exceptions import MlflowException
from mlflow.utils.validation import (
    _validate_model_alias_name,
    _validate_model_alias_name_reserved,
    _validate_model_name,
)

from nbops.errors import NameRefused
from nbops.registry.version import Version, check_alias, check_name, to_wire


@pytest.mark.parametrize(
    "alias", ["champion", "a-b_c", "v", "vx1", "1", "latest2", "latest", "Latest", "v3", "V12", "", "a b", "a/b", "é"]
)
def test_aliases_are_taken_and_refused_as_mlflow_does(alias):
    """We say no exactly where MLflow would."""
    try:
        _validate_model_alias_name(alias)
        _validate_model_alias_name_reserved(alias)
    except MlflowException:
        with pytest.raises(NameRefused):
            check_alias(alias)
    else:
        assert check_alias(alias) == alias


@pytest.mark.parametrize("name", ["churn", "late-flights", "a b", "", "a/b", "a:b"])
def test_model_names_are_taken_and_refused_as_mlflow_does(name):
    """We say no exactly where MLflow would."""
    try:
        _validate_model_name(name)
    except MlflowException:
        with pytest.raises(NameRefused):
            check_name(name)
    else:
        assert check_name(name) == name


def test_wire_form_is_plain_json():
    """What `--json` prints."""
    version = Version("churn", 3, "r", "m", 1.0, "ana", {"auc": 0.8}, ("champion",), {"nbops.drift": "warn", "x": "y"})
    body = json.loads(json.dumps(to_wire(version)))
    assert body["drift"] == "warn"
    assert body["aliases"] == ["champion"]
    assert body["tags"] == {"nbops.drift": "warn"}
