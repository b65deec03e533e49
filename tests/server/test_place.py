import pytest

from nbops.errors import ConfigError
from nbops.server.place import find_place, inside


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../../x",
        "http://x/y",
        "file:///etc",
        "a\\..\\b",
        "a\0b",
        "link/x",
        "sqlite:///x.db",
    ],
)
def test_paths_stay_inside_the_root(tmp_path, path):
    """Absolute paths, URLs, climbing and links that lead out are refused."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(ConfigError):
        inside(root, path)


def test_a_path_inside_is_resolved(tmp_path):
    """A plain relative path becomes absolute."""
    assert inside(tmp_path, "a/b.ipynb") == tmp_path.resolve() / "a/b.ipynb"


def test_the_notebook_chooses_the_workspace(tmp_path):
    """The server looks where a kernel of that notebook would write."""
    (tmp_path / "one/.nbops").mkdir(parents=True)
    assert find_place(tmp_path, "one/deep/n.ipynb").workspace.root == tmp_path.resolve() / "one/.nbops"
    assert not find_place(tmp_path).exists


def test_recorded_paths_become_those_of_the_file_browser(tmp_path):
    """Projects above, at and below the served directory all give openable paths; outside there is none."""
    (tmp_path / ".nbops").mkdir()
    (tmp_path / "books").mkdir()
    place = find_place(tmp_path / "books", "n.ipynb")
    assert place.served("books/n.ipynb") == "n.ipynb"
    assert place.served("other/n.ipynb") is None
    assert place.served(None) is None
    assert place.recorded("n.ipynb") == "books/n.ipynb"


def test_the_environment_names_the_workspace(tmp_path, monkeypatch):
    """`NBOPS_WORKSPACE` binds the server as it binds kernels."""
    monkeypatch.setenv("NBOPS_WORKSPACE", str(tmp_path / "elsewhere/.nbops"))
    assert find_place(tmp_path, "n.ipynb").workspace.root == tmp_path.resolve() / "elsewhere/.nbops"
