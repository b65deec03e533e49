"""What only a real kernel shows: outputs under the right cell, in the right order, also where cells await."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient

if TYPE_CHECKING:
    from pathlib import Path

CELLS = {
    "load": "%load_ext nbops",
    "again": "%load_ext nbops",
    "value": "%%track value\nC = 0.5\nprint('printed')\nC * 2",
    "await": "%%track awaited\nimport asyncio\nx = await asyncio.sleep(0.01, 7)\nx",
    "time": "%%time\n%%track timed\ny = 1",
    "capture": "%%track captured\n%%capture kept\nprint('loud')\ny = 2",
    "shown": "kept.stdout",
    "quiet": "%nbops quiet",
    "silent": "%%track silent\ny = 3",
    "plain": "y",
}


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """Outputs of the executed cells by name."""
    project: Path = tmp_path_factory.mktemp("kernel")
    (project / "pyproject.toml").write_text("")
    cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in CELLS.items()]
    client = NotebookClient(
        nbformat.v4.new_notebook(cells=cells), timeout=120, resources={"metadata": {"path": str(project)}}
    )
    client.execute(env={**os.environ, "NBOPS_RECORDER": "off", "NBOPS_WORKSPACE": str(project / ".nbops")})
    return {cell.id: cell.outputs for cell in cells}


def _kinds(outputs: list[Any]) -> list[str]:
    return [output.output_type for output in outputs]


def _card(outputs: list[Any]) -> str:
    return outputs[-1].data["text/plain"].partition(" · ")[0]


def test_the_card_follows_everything_that_the_cell_showed(executed):
    """Printed text, then the value as `Out`, then the card."""
    assert _kinds(executed["value"]) == ["stream", "execute_result", "display_data"]
    assert executed["value"][1].data["text/plain"] == "1.0"
    assert _card(executed["value"]) == "nbops ✓ value"


def test_awaiting_cells_have_their_own_card(executed):
    """Top-level await works, and the card stands under the cell that awaited."""
    assert _kinds(executed["await"]) == ["execute_result", "display_data"]
    assert executed["await"][0].data["text/plain"] == "7"
    assert _card(executed["await"]) == "nbops ✓ awaited"


def test_wrapped_cells_have_their_own_card(executed):
    """Under `%%time` after the times, under `%%capture` although everything else is kept."""
    assert _kinds(executed["time"]) == ["stream", "display_data"]
    assert _card(executed["time"]) == "nbops ✓ timed"
    assert _kinds(executed["capture"]) == ["display_data"]
    assert _card(executed["capture"]) == "nbops ✓ captured"
    assert executed["shown"][0].data["text/plain"] == r"'loud\n'"


def test_nothing_else_is_shown(executed):
    """Loading in the first cell, loading again, quiet runs and untracked cells show nothing of ours."""
    assert executed["load"] == []
    assert "already loaded" in executed["again"][0].text
    assert executed["quiet"] == executed["silent"] == []
    assert _kinds(executed["plain"]) == ["execute_result"]
