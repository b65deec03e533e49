import pytest

from real_jupyter import running_jupyter


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory):
    """A real Jupyter server with nbops, on an empty project."""
    root = tmp_path_factory.mktemp("project")
    (root / "pyproject.toml").write_text("[project]\nname = 'wine'\n")
    with running_jupyter(root, tmp_path_factory.mktemp("home")) as server:
        yield server
