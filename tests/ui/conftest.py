import pytest
from playwright.sync_api import expect
from sidebar import EXTENSION, chromium, find_chromium, prefer

from real_jupyter import running_jupyter

expect.set_options(timeout=20_000)  # the machine may be busy; what is awaited comes or does not


def pytest_collection_modifyitems(items):
    missing = ""
    if find_chromium() is None:
        missing = "no Chromium on this machine"
    elif not EXTENSION.exists():
        missing = "nbops was installed without its sidebar"
    for item in items:
        if "tests/ui/" in item.path.as_posix():
            item.add_marker(pytest.mark.ui)
            if missing:
                item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """An empty project."""
    root = tmp_path_factory.mktemp("project").resolve()
    (root / "pyproject.toml").write_text("[project]\nname = 'wine'\n")
    return root


@pytest.fixture(scope="module")
def lab(root, tmp_path_factory):
    """A real JupyterLab on the project."""
    home = tmp_path_factory.mktemp("home")
    prefer(home)
    with running_jupyter(root, home, "jupyterlab") as server:
        yield server


@pytest.fixture
def page(tmp_path):
    """A page of a real Chromium, with a profile of its own; an error in our code fails the test."""
    with chromium(tmp_path / "profile") as page:
        errors = []
        page.on("pageerror", lambda error: errors.append(error.stack) if "extensions/nbops" in error.stack else None)
        yield page
        assert errors == []
