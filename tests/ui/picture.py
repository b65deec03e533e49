"""Take the README's picture: `python tests/ui/picture.py PROJECT NOTEBOOK OUT.png [--dark] [--width 340]`.

Opens a real JupyterLab on PROJECT, shows NOTEBOOK (a path inside it) beside the sidebar and writes OUT.png. Nothing in
the project is changed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sidebar import chromium, open_lab, prefer, set_width

from real_jupyter import TOKEN, running_jupyter


def main() -> None:
    """Parse, open, wait until all sections have answered, take the picture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("project", type=Path)
    parser.add_argument("notebook")
    parser.add_argument("out", type=Path)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--width", type=int, default=340, help="of the sidebar, in pixels")
    parser.add_argument("--size", default="1440x1000", help="of the window")
    parser.add_argument("--cell", type=int, default=0, help="bring this cell (0, 1, …) into view")
    given = parser.parse_args()
    width, height = map(int, given.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        prefer(home / "jupyter", dark=given.dark)
        with (
            running_jupyter(given.project.resolve(), home / "jupyter", "jupyterlab", NBOPS_RECORDER="off") as server,
            chromium(home / "profile", width, height) as page,
        ):
            panel = open_lab(page, server, given.notebook, token=TOKEN)
            set_width(page, given.width)
            panel.locator(".jp-Nbops-loading").first.wait_for(state="detached")
            page.locator(".jp-Notebook .jp-Cell").nth(given.cell).scroll_into_view_if_needed()
            page.mouse.move(width - 5, height - 5)
            page.wait_for_timeout(1500)
            given.out.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(given.out))


if __name__ == "__main__":
    main()
