"""The build hook: when it builds, with which Node, and what the wheel holds."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def build_hook():
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_python_and_frontend_have_one_version():
    """pyproject.toml and package.json say the same."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    package = json.loads((ROOT / "labextension/package.json").read_text())
    assert (package["name"], package["version"]) == (project["name"], project["version"])


def test_the_frontend_is_built_only_when_it_is_older_than_its_sources(tmp_path):
    """Also where all files have one time, as in an sdist."""
    pytest.importorskip("hatchling")
    is_fresh = build_hook().is_fresh
    sources, built = tmp_path / "labextension", tmp_path / "built"
    (sources / "src").mkdir(parents=True)
    (sources / "src/index.ts").write_text("")
    assert not is_fresh(sources, built)
    built.mkdir()
    (built / "package.json").write_text("")
    for path in (sources / "src/index.ts", built / "package.json"):
        os.utime(path, (1000, 1000))
    assert is_fresh(sources, built)
    os.utime(sources / "src/index.ts", (2000, 2000))
    assert not is_fresh(sources, built)


def test_the_lock_file_names_no_registry():
    """What is installed is pinned; from where is the machine's affair."""
    for name in ("yarn.lock", ".yarnrc.yml"):
        text = (ROOT / "labextension" / name).read_text()
        assert "http://" not in text
        assert "npmRegistryServer" not in text
        assert "https://" not in text.replace("# https://", "")


@pytest.mark.slow
def test_a_wheel_without_node_has_sidebar_and_server(tmp_path):
    """Where PATH has no Node, the build brings its own; the wheel puts everything where Jupyter looks."""
    copy = tmp_path / "nbops"
    ignored = shutil.ignore_patterns(".venv", ".git", "node_modules", "lib", ".nbops")
    shutil.copytree(ROOT, copy, ignore=ignored)
    shutil.rmtree(copy / "src/nbops/labextension", ignore_errors=True)
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("sh", "env", "uname", "ldd", "getconf", "tar", "gzip", "git"):
        if found := shutil.which(tool):
            (tools / tool).symlink_to(found)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path / "wheels"), str(copy)]
    environment = os.environ | {"PATH": str(tools), "HOME": str(tmp_path / "home")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    (wheel,) = (tmp_path / "wheels").glob("nbops-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    shared = {name.partition(".data/data/")[2] for name in names if ".data/data/" in name}
    assert "etc/jupyter/jupyter_server_config.d/nbops.json" in shared
    home = "share/jupyter/labextensions/nbops"
    assert {f"{home}/package.json", f"{home}/install.json"} <= shared
    assert any(name.startswith(f"{home}/static/remoteEntry.") for name in shared)
    assert not any("node_modules" in name or "/labextension/" in name for name in names)
