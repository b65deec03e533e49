"""Settings: what can be used holds, and what cannot costs nothing but itself."""

from __future__ import annotations

import warnings

import pytest

from nbops.errors import ConfigError
from nbops.settings import Settings, read_settings, resolve_settings, unknown_variables, usable_settings


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Write `[tool.nbops]` of a project and return its folder."""
    monkeypatch.delenv("NBOPS_SNAPSHOT_MS", raising=False)

    def write(text):
        (tmp_path / "pyproject.toml").write_text(f"[tool.nbops]\n{text}\n")
        return tmp_path

    return write


def test_a_typo_costs_only_itself(written):
    """The other settings hold; each wrong one has a sentence, with the name that was meant."""
    project = written("quite = true\nexperiment = 'flights'\nsnapshot_gb = 'many'\ndata = 'sometimes'")
    settings, problems = read_settings(project)
    assert settings == Settings(experiment="flights")
    assert len(problems) == 3
    assert "unknown setting 'quite' (is it 'quiet'?)" in problems[0]
    with pytest.raises(ConfigError, match=r"quite.*snapshot_gb.*data"):
        resolve_settings(project)


def test_usable_settings_warn_once_and_name_no_file_of_ours(written):
    """A cell hears of it a single time."""
    project = written("quiett = true")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        first, second = usable_settings(project), usable_settings(project)
    assert first == second == Settings()
    assert [item.filename for item in heard] == ["nbops"]


def test_a_file_that_is_no_toml_leaves_the_environment(written, monkeypatch):
    """The environment still counts."""
    project = written("quiet = = true")
    monkeypatch.setenv("NBOPS_QUIET", "1")
    settings, problems = read_settings(project)
    assert settings.quiet
    assert "is not TOML" in problems[0]


@pytest.mark.parametrize("variable", ["NBOPS_DATA", "NBOPS_CAPTURE_DATA"])
def test_variables_may_name_the_table(written, monkeypatch, variable):
    """`capture.data` is `NBOPS_CAPTURE_DATA` or, shorter, `NBOPS_DATA`."""
    monkeypatch.setenv(variable, "never")
    assert read_settings(written(""))[0].data == "never"


def test_variables_that_mean_nothing_are_found(monkeypatch):
    """A misspelt variable is not silently ignored."""
    monkeypatch.setenv("NBOPS_TRACKIN_URI", "x")
    monkeypatch.setenv("NBOPS_RECORDER", "off")
    assert "NBOPS_TRACKIN_URI" in unknown_variables()
    assert "NBOPS_RECORDER" not in unknown_variables()
