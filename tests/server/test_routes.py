import json
import re
import subprocess
import sys

import pytest

from nbops.server.route import Route
from nbops.server.routes import ROUTES

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FILLED = {"name": "churn", "alias": "champion", "ref": "0123abcd", "run": "0123abcd", "key": "0" * 32}


def paths():
    for pattern, route in ROUTES:
        filled = re.sub(r"\(\?P<(\w+)>[^)]+\)", lambda match: FILLED[match[1]], pattern)
        yield filled.removesuffix("/?").lstrip("/"), route


def calls():
    for path, route in paths():
        for method in METHODS:
            if method.lower() in vars(route):
                yield pytest.param(method, path, id=f"{method} {path}")


CALLS = list(calls())


def test_the_sweep_sees_every_route():
    """Each route class answers at least one method, and is a `Route` with our authorizer's resource."""
    assert len(CALLS) >= len(ROUTES) >= 10
    assert all(issubclass(route, Route) and route.auth_resource == "nbops" for _, route in ROUTES)


@pytest.mark.parametrize("token", [None, "wrong"], ids=["no token", "wrong token"])
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_nobody_gets_in_without_the_token(jupyter, method, path, token):
    """Every method of every route answers 403, in the shape of our errors, and does nothing."""
    answer = jupyter.ask(path, method, {} if method != "GET" else None, token=token)
    assert answer.status == 403
    assert not (jupyter.root / ".nbops").exists()


@pytest.mark.parametrize(("method", "path"), [call for call in CALLS if call.values[0] != "GET"])
def test_a_cookie_alone_changes_nothing(jupyter, method, path):
    """A write with the login cookie but without the XSRF token, as a foreign page would send it, is refused."""
    login = jupyter.ask("api/me")
    cookie = {"Cookie": login.headers["Set-Cookie"].split(";")[0]}
    assert jupyter.send("nbops/runs", "GET", None, cookie).status == 200
    answer = jupyter.send(path, method, {}, cookie)
    assert (answer.status, "_xsrf" in answer.json["message"]) == (403, True)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "nbops/pipelines", {}, 400),
        ("POST", "nbops/pipelines", {"run": 5}, 400),
        ("POST", "nbops/pipelines", {"run": "last", "tracking_uri": "http://evil"}, 400),
        ("POST", "nbops/pipelines", {"run": "last", "to": "http://evil/x.ipynb"}, 400),
        ("POST", "nbops/pipelines", {"run": "last", "to": "../../x.ipynb"}, 400),
        ("POST", "nbops/models", [], 400),
        ("POST", "nbops/models", "{", 400),
        ("PUT", "nbops/models/churn/aliases/champion", {"version": True}, 400),
        ("PATCH", "nbops/runs/0123abcd", {"notebook": "x"}, 400),
        ("GET", f"nbops/errands/{'0' * 32}", None, 404),
        ("GET", "nbops/runs/0123abcd/explanation", None, 404),
        ("POST", "nbops/pipelines", {"run": "last", "name": 5}, 400),
        ("POST", "nbops/running/0123abcd/cancel", {"all": True}, 400),
        ("POST", "nbops/pipelines/wine/verifications", {"run": "last"}, 400),
        ("POST", "nbops/pipelines/..%2F..%2Fx.ipynb/verifications", {}, 400),
        ("PUT", "nbops/runs", {}, 405),
    ],
)
def test_errors_have_one_shape(jupyter, method, path, body, status):
    """The caller's mistakes are answered with kind, sentence and hint."""
    answer = jupyter.ask(path, method, body)
    assert answer.status == status
    assert answer.json.keys() == {"error", "message", "hint"}
    assert answer.json["message"]


@pytest.mark.parametrize("query", [{"limit": "-1"}, {"limit": "501"}, {"limit": "x"}, {"notebook": "../x.ipynb"}])
def test_queries_are_checked(jupyter, query):
    """A page has bounds, and notebooks lie inside the served directory."""
    assert jupyter.ask("nbops/runs", **query).status == 400


def test_an_empty_project_has_empty_lists(jupyter):
    """Looking answers with empty lists and creates no workspace."""
    assert jupyter.ask("nbops/runs").json == {"runs": [], "total": 0, "pending": 0}
    assert jupyter.ask("nbops/pipelines").json == {"pipelines": []}
    assert jupyter.ask("nbops/running").json == {"running": [], "now": 0}
    assert jupyter.ask("nbops/models").json == {"models": []}
    assert jupyter.ask("nbops/drift").json == {"watches": []}
    assert jupyter.ask("nbops/alerts").json == {"alerts": [], "open": 0}
    status = jupyter.ask("nbops/status").json
    assert (status["exists"], status["pending"], status["alerts"]) == (False, 0, 0)
    assert not (jupyter.root / ".nbops").exists()


def test_an_unchanged_answer_is_a_304(jupyter):
    """Asking again with the ETag costs a few bytes."""
    tag = jupyter.ask("nbops/runs").headers["Etag"]
    headers = {"Authorization": "token a-token-for-tests", "If-None-Match": tag}
    answer = jupyter.send("nbops/runs", "GET", None, headers)
    assert (answer.status, answer.text) == (304, "")


def test_the_server_loads_nothing_heavy():
    """Loading the extension imports neither MLflow nor pandas nor numpy."""
    code = (
        "import json, sys, jupyter_server.serverapp; before = set(sys.modules);"
        "import nbops; nbops._jupyter_server_extension_points();"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert not loaded & {"mlflow", "pandas", "numpy", "pyarrow", "sklearn", "papermill", "nbformat", "libcst"}
