"""A tracked cell whose secrets lie in odd places: nothing of them is anywhere under `.nbops`."""

from __future__ import annotations

import json
import subprocess
import time

import pytest

from nbops.capture.secrets import redaction
from nbops.capture.secrets.redact_json import redact_json
from nbops.capture.secrets.redact_long import redact_long
from nbops.capture.secrets.redaction import redact

SECRET = "hunter2-Xy7-zebra"


@pytest.fixture(autouse=True)
def _forgetful(monkeypatch):
    monkeypatch.setattr(redaction, "_learned", set())
    monkeypatch.setenv("X_PASSWORD", "")  # a cell sets it


def leaks(project, secret=SECRET):
    """Return the files under `.nbops` that hold *secret*."""
    found = (path for path in (project / ".nbops").rglob("*") if path.is_file())
    return [str(path) for path in found if secret.encode() in path.read_bytes()]


def record(project):
    """Let the recorder work once, into the workspace's own store."""
    from nbops.recording.recorder import Recorder
    from nbops.workspace import find_workspace

    Recorder(find_workspace(project)).drain()


@pytest.mark.parametrize(
    "cell",
    [
        f"print('DB_PASSWORD={SECRET}')",
        f"print('services:\\n  db_password: {SECRET}')",
        f"print('secret: |\\n  {SECRET}\\n')",
        f"%env X_PASSWORD={SECRET}",
        f"%set_env X_PASSWORD {SECRET}",
        f"!echo --password {SECRET}",
        f"given = '{SECRET}'\npassword = given",
        f"# my password is {SECRET}\nx = 1",
        f"import nbops\nnbops.log(**{{'auth token={SECRET}': 1.0, 'api_key={SECRET}': 'x'}})",
    ],
)
def test_a_cell_leaves_no_secret(cells, project, cell):
    """Neither in its output nor in its source, its magics or what it logs."""
    cells.track(cell)
    assert leaks(project) == []


def test_what_turns_out_to_be_a_secret_is_masked_in_what_is_shown_and_uploaded(cells, project):
    """The record of the run's beginning was written before; its end brings the source again."""
    from nbops.recording.get_run import get_run
    from nbops.workspace import find_workspace

    closed = cells.track(f"parts = ['{SECRET[:8]}', '{SECRET[8:]}', '{SECRET}']\napi_token = parts[-1]")
    assert SECRET not in (closed.source or SECRET)
    record(project)
    assert SECRET not in get_run(closed.run, workspace=find_workspace(project)).source
    kept = [path for path in leaks(project) if "journal" not in path]
    assert kept == []


def test_figures_hold_no_secrets(cells, project):
    """Titles, texts and columns of data in specifications of plotly and altair."""
    pytest.importorskip("plotly")
    pytest.importorskip("altair")
    cells.run("import plotly.graph_objects as go, altair as alt, pandas as pd")
    closed = cells.track(
        "import plotly.graph_objects as go, altair as alt, pandas as pd\n"
        f"frame = pd.DataFrame({{'n': [1, 2], 'api_token': ['{SECRET}', 'b'], 'note': ['password={SECRET}', 'c']}})\n"
        f"fig = go.Figure(go.Scatter(x=[1, 2], y=[3, 4], text=['token: {SECRET}', 'x']))\n"
        f"fig.update_layout(title='api_key={SECRET}')\n"
        "chart = alt.Chart(frame).mark_point().encode(x='n', y='api_token')\nchart"
    )
    assert len(closed.artifacts) == 2
    assert "[masked]" in cells.blob(closed.artifacts[0]["blob"]).decode()
    assert leaks(project) == []


def test_profiles_hold_no_secrets(cells):
    """Neither among the values of a column nor in its label."""
    from nbops.profiles.profile import Profile

    cells.run(
        "import pandas as pd\n"
        f"frame = pd.DataFrame({{'city': ['Bern', 'password={SECRET}'] * 20, 'url token={SECRET}': [1, 2] * 20,\n"
        f"    'see https://me:{SECRET}@host': [1, 2] * 20}})"
    )
    closed = cells.track("total = len(frame['city'])")
    text = cells.blob(closed.datasets[0]["profile"]).decode()
    assert SECRET not in text
    assert SECRET not in json.dumps(closed.datasets)
    assert "Bern" in Profile.from_json(text).columns["city"].labels


def test_the_address_of_a_store_is_kept_without_its_password(cells, project, monkeypatch):
    """The recorder finds the password again where the user gave it."""
    from nbops.recording.writing.mlflow_store import MlflowStore
    from nbops.workspace import find_workspace

    address = f"http://bob:{SECRET}@127.0.0.1:9"
    (project / "pyproject.toml").write_text(
        f'[tool.nbops]\ntracking_uri = "{address}"\nexperiment = "token={SECRET}"\n'
    )
    from nbops import load_ipython_extension, unload_ipython_extension

    unload_ipython_extension(cells.shell)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr("nbops.capture.runs.session.user_tracking_uri", lambda: "")
    load_ipython_extension(cells.shell)
    cells.track("x = 1")
    session = cells.records[0]
    assert session.tracking_uri == "http://127.0.0.1:9"
    assert leaks(project) == []
    workspace = find_workspace(project)
    assert MlflowStore(workspace, session.tracking_uri).tracking_uri == address
    (project / "pyproject.toml").write_text("")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr("nbops.capture.surroundings.mlflow_presence.user_tracking_uri", lambda: "")
    assert MlflowStore(workspace, session.tracking_uri).tracking_uri == session.tracking_uri
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    assert MlflowStore(workspace, session.tracking_uri).tracking_uri == address


def test_a_recorder_is_told_of_a_store_that_was_chosen_in_code(monkeypatch):
    """What `mlflow.set_tracking_uri` was given with a password goes into its environment, not into a file."""
    from nbops.recording.process import start

    monkeypatch.setattr(start, "user_tracking_uri", lambda: f"http://bob:{SECRET}@host")
    assert SECRET in "".join(start.recorder_environment().values())
    monkeypatch.setattr(start, "user_tracking_uri", lambda: "http://host")
    assert start.CHOSEN not in start.recorder_environment()


def test_what_a_setting_refuses_is_not_told(project, monkeypatch):
    """A password in the wrong place is not repeated by the error."""
    from nbops.errors import ConfigError
    from nbops.settings import resolve_settings

    monkeypatch.setenv("NBOPS_SNAPSHOT_MB", SECRET)
    with pytest.raises(ConfigError) as raised:
        resolve_settings(project)
    assert SECRET not in str(raised.value)
    assert "NBOPS_SNAPSHOT_MB" in str(raised.value)


def test_a_difference_holds_no_secrets(cells, project):
    """`.env` and YAML files, whose lines begin with a sign."""

    def git(*words):
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@y", *words], cwd=project, check=True)

    (project / ".env").write_text("DB_PASSWORD=first-1234\nA=1\n")
    (project / "config.yaml").write_text("db:\n  password: first-1234\n")
    git("init", "-q")
    git("add", ".env", "config.yaml")
    git("commit", "-q", "-m", "x")
    (project / ".env").write_text(f"DB_PASSWORD=({SECRET}\nA=1\n")
    (project / "config.yaml").write_text(f"db:\n  password: {SECRET}\n  secret: |\n    {SECRET}\n    {SECRET}\n")
    from nbops.capture.surroundings.git import read_git

    diff = read_git(project).diff.decode()
    assert SECRET not in diff
    assert "first-1234" not in diff
    assert " A=1" in diff


def test_a_difference_that_takes_too_long_is_cut():
    """Five megabytes of worst cases are cut with a sentence, and nothing unread is kept."""
    text = "".join(f"+secret: {number}\n" for number in range(400_000)) + f"+password: {SECRET}\n"
    start = time.process_time()
    clean = redact_long(text, 0.1)
    assert time.process_time() - start < 1.5
    assert clean.text.endswith("takes too long\n")
    assert SECRET not in clean.text
    ordinary = "".join(f"+    line {number} = frame[{number}]\n" for number in range(20_000))
    assert redact_long(ordinary, 2.0).text == ordinary


def test_a_secret_at_the_edge_of_a_piece_is_seen():
    """Wherever in a long text it lies, also a private key, and also where there are no lines."""
    key = "-----BEGIN PRIVATE KEY-----\n" + "MIIEabcdef\n" * 50 + "-----END PRIVATE KEY-----\n"
    for size in range(32_000, 32_800, 40):
        for text in (f"{'a b ' * (size // 4)}password={SECRET} x", "ab\n" * (size // 3) + key + "done\n"):
            clean = redact_long(text + "x " * 20_000, 9.0)
            assert SECRET not in clean.text
            assert "MIIE" not in clean.text


def test_json_is_masked_by_text_and_by_name():
    """Values of fields with the names of secrets, texts, and names that hold one; the rest stays as it is."""
    plain = {"a": [1, 2.5, None, "x"], "token_count": "12"}
    assert redact_json(plain) == (plain, 0)
    body = {
        "password": ["a", "b"],
        "t": f"token={SECRET}",
        f"api_key={SECRET}": 1,
        "n": {"m": f"x\npassword: {SECRET}"},
    }
    clean, masked = redact_json(body)
    assert SECRET not in json.dumps(clean)
    assert clean["password"] == ["[masked]", "[masked]"]
    assert masked == 5
    assert redact("x").masked == 0
