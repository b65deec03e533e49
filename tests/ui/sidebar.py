"""Drive the sidebar in a real Chromium."""

from __future__ import annotations

import json
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from real_jupyter import Jupyter

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
EXTENSION = Path(sys.prefix, "share/jupyter/labextensions/nbops/package.json")
PANEL = "#nbops-panel"


def find_chromium() -> str | None:
    """Return the system's Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


@contextmanager
def chromium(profile: Path, width: int = 1280, height: int = 1000):
    """Open the system's Chromium with a profile of its own and give its first page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(profile),
            executable_path=find_chromium(),
            args=list(FLAGS),
            viewport={"width": width, "height": height},
            headless=True,
        )
        try:
            yield context.pages[0] if context.pages else context.new_page()
        finally:
            context.close()


def prefer(home: Path, *, dark: bool = False) -> None:
    """Write JupyterLab's settings into *home*: no questions, and the theme."""
    folder = home / "config/lab/user-settings/@jupyterlab/apputils-extension"
    folder.mkdir(parents=True, exist_ok=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (folder / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    theme = {"theme": "JupyterLab Dark" if dark else "JupyterLab Light"}
    (folder / "themes.jupyterlab-settings").write_text(json.dumps(theme))


def write_notebook(path: Path, *sources: str) -> Path:
    """Write a notebook with one code cell for each source; cell ids are `cell-0`, `cell-1` …."""
    cells = [
        {"cell_type": "code", "id": f"cell-{i}", "metadata": {}, "outputs": [], "execution_count": None, "source": text}
        for i, text in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    body = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body))
    return path


def open_lab(page: Page, jupyter: Jupyter, notebook: str = "", *, token: str) -> Locator:
    """Open JupyterLab on *notebook*, show the sidebar and return it."""
    where = f"lab/tree/{notebook}" if notebook else "lab"
    page.goto(f"{jupyter.url}{where}?token={token}&reset", timeout=60_000)
    # After a reset JupyterLab shows its file browser; a click before that would be undone.
    page.locator('.lm-TabBar-tab.lm-mod-current[data-id="filebrowser"]').wait_for(timeout=60_000)
    page.locator('.lm-TabBar-tab[data-id="nbops-panel"]').click(timeout=60_000)
    if notebook:
        page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
    panel = page.locator(PANEL)
    panel.get_by_role("button", name="Look again").wait_for()
    if notebook:  # runs of the notebook in front move to the top as soon as it is known
        ordered = panel.get_by_text("this notebook", exact=True).or_(panel.get_by_text("No runs yet"))
        ordered.or_(panel.get_by_role("alert")).first.wait_for(timeout=30_000)
    return panel


def set_width(page: Page, width: int) -> None:
    """Drag the sidebar's edge until it is *width* pixels wide."""
    box = page.locator("#jp-left-stack").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] + 1.5, 600)
    page.mouse.down()
    page.mouse.move(box["x"] + width, 600, steps=4)
    page.mouse.up()


def run_cell(page: Page, cell: str, seconds: float = 60) -> None:
    """Run the cell with that id as a person would, and wait until it has ended."""
    index = int(cell.rpartition("-")[2])
    found = page.locator(".jp-Notebook .jp-CodeCell").nth(index)
    page.get_by_role("button", name="| Idle").wait_for(timeout=seconds * 1000)
    prompt = found.locator(".jp-InputPrompt")
    found.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_function(
        "element => /\\[\\d+\\]/.test(element.textContent)", arg=prompt.element_handle(), timeout=seconds * 1000
    )
