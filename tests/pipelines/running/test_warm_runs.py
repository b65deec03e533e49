"""Runs of pipelines in warm kernels: what the run says of its kernel."""

from __future__ import annotations

import sys

import nbformat
import pytest

import nbops
from nbops.errors import PipelineError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")


def write(folder, *cells):
    path = folder / "small.ipynb"
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = [nbformat.v4.new_code_cell(source) for source in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": spec}), path)
    return path


def test_a_run_says_which_kernel_it_had(ground, capsys):
    """A run is warm by default, cold where that is asked for or has to be, and its tag says so and why."""
    project = ground.project
    path = write(project, "import sys, wave\nthere = float('wave' in sys.modules)\nscore = 0.25 + there")
    warm, cold = nbops.run(path), nbops.run(path, kernel="cold")
    (project / "matplotlibrc").touch()
    hidden = nbops.run(write(project, "import matplotlib\nscore = 1.5"), progress=True)
    assert "the kernel was started cold: matplotlibrc is read by matplotlib" in capsys.readouterr().err
    found = [run.tags["nbops.kernel"] for run in (warm, cold, hidden)]
    assert found[:2] == ["warm", "cold: asked for"]
    assert found[2] == "cold: matplotlibrc is read by matplotlib while it is imported"
    assert {run.status for run in (warm, cold, hidden)} == {"FINISHED"}
    assert warm.metrics["score"] == cold.metrics["score"]


def test_another_word_for_the_kernel_is_an_error(ground):
    """A kernel that is neither warm nor cold is refused before anything starts."""
    with pytest.raises(PipelineError, match="has to be warm or cold"):
        nbops.run(write(ground.project, "a = 1"), kernel="hot")
