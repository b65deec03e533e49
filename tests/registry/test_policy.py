"""`[tool.nbops.gates]`: absent it binds nothing, present it binds, mistaken it is refused."""

from __future__ import annotations

import pytest

from nbops.errors import ConfigError
from nbops.registry.policy import Gate, read_policy
from nbops.settings import resolve_settings


def _project(folder, text):
    (folder / "pyproject.toml").write_text(text)
    return folder


def test_without_a_table_nothing_binds(tmp_path):
    """Alone, nothing gets in the way."""
    policy = read_policy(_project(tmp_path, "[tool.nbops]\n"))
    assert not policy.declared
    assert not policy.binds("champion")


def test_gates_primary_tolerance_and_aliases(tmp_path):
    """All words of the table."""
    text = """
[tool.nbops.gates]
auc = { at_least = 0.7 }
log_loss = { at_most = 0.5, at_least = 0 }
primary = "auc"
tolerance = 0.01
aliases = ["champion"]
"""
    policy = read_policy(_project(tmp_path, text))
    assert policy.gates == (Gate("auc", at_least=0.7), Gate("log_loss", at_least=0, at_most=0.5))
    assert (policy.primary, policy.tolerance) == ("auc", 0.01)
    assert policy.binds("champion")
    assert not policy.binds("challenger")


def test_empty_table_binds_every_alias(tmp_path):
    """Declaring gates at all makes the built-in ones bind."""
    assert read_policy(_project(tmp_path, "[tool.nbops.gates]\n")).binds("anything")


def test_settings_leave_the_policy_alone(tmp_path):
    """A project with gates still has readable settings."""
    text = '[tool.nbops]\nexperiment = "e"\n[tool.nbops.gates]\nauc = { at_least = 0.7 }\n'
    assert resolve_settings(_project(tmp_path, text)).experiment == "e"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("auc = 0.7", "gate 'auc'"),
        ("auc = {}", "gate 'auc'"),
        ("auc = { atleast = 0.7 }", "gate 'auc'"),
        ('auc = { at_least = "0.7" }', "must be a number"),
        ("auc = { at_least = true }", "must be a number"),
        ("primary = 3", "primary"),
        ('tolerance = "much"', "tolerance"),
        ('aliases = "champion"', "aliases"),
    ],
)
def test_mistakes_are_named(tmp_path, line, sentence):
    """A gate that cannot be understood is an error, never an open gate."""
    with pytest.raises(ConfigError, match=sentence):
        read_policy(_project(tmp_path, f"[tool.nbops.gates]\n{line}\n"))


def test_gates_must_be_a_table(tmp_path):
    """A list of gates is refused with an example."""
    with pytest.raises(ConfigError, match="not a table"):
        read_policy(_project(tmp_path, "[tool.nbops]\ngates = [1]\n"))
