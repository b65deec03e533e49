"""The promise in one sitting: track a cell, see it, jump to it, promote it, run the pipeline, register the model."""

import json
import re

import pytest
from playwright.sync_api import expect
from sidebar import open_lab, prefer, run_cell, write_notebook

from real_jupyter import TOKEN, running_jupyter

CELLS = (
    "%load_ext nbops",
    """\
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
X, y = load_wine(return_X_y=True, as_frame=True)""",
    """\
%%track
C = 0.5
model = LogisticRegression(C=C, max_iter=5000).fit(X, y)
accuracy = model.score(X, y)""",
)


@pytest.fixture(scope="module")
def lab(root, tmp_path_factory):
    """A real JupyterLab on a project with one notebook, with the recorder at work."""
    write_notebook(root / "wine.ipynb", *CELLS, *("1 + 1\n" * 30 for _ in range(3)))
    home = tmp_path_factory.mktemp("home")
    prefer(home)
    with running_jupyter(root, home, "jupyterlab") as server:
        yield server


@pytest.mark.timeout(180)
def test_a_tracked_cell_appears_in_the_sidebar(page, lab):
    """The run is there as soon as the cell has run; a click on it leads back to the cell."""
    panel = open_lab(page, lab, "wine.ipynb", token=TOKEN)
    expect(panel.get_by_text("%%track")).to_be_visible()
    for cell in ("cell-0", "cell-1", "cell-2"):
        run_cell(page, cell)
    row = panel.locator(".jp-Nbops-row[data-run]")
    expect(row).to_have_count(1, timeout=15_000)
    expect(row).to_contain_text("accuracy")
    run = last_run(lab)
    assert (run["status"], run["params"]["C"], run["cell"]) == ("FINISHED", 0.5, "cell-2")
    page.locator(".jp-Notebook .jp-Cell").last.scroll_into_view_if_needed()
    row.locator(".jp-Nbops-rowName").click()
    expect(page.locator(".jp-Notebook .jp-Cell.jp-mod-active")).to_contain_text("accuracy = model.score")


@pytest.mark.timeout(300)
def test_promote_writes_and_opens_the_verified_pipeline(page, lab, root):
    """The dialog says what is kept and how far the proof is; what opens is verified and has its parameters."""
    panel = open_lab(page, lab, "wine.ipynb", token=TOKEN)
    row = panel.locator(".jp-Nbops-row[data-run]")
    row.hover()
    row.get_by_role("button", name=re.compile("^Promote")).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Keeps 2 of 3 cells that ran.")
    dialog.get_by_role("button", name="Promote", exact=True).click()
    expect(dialog.get_by_role("progressbar")).to_have_attribute(
        "aria-valuetext", re.compile(r"cell \d of \d"), timeout=120_000
    )
    expect(dialog.get_by_text(re.compile("is verified"))).to_be_visible(timeout=240_000)
    expect(dialog.get_by_role("img", name="Verified")).to_be_visible()
    expect(dialog.get_by_role("button", name="Open notebook")).to_be_focused()
    page.keyboard.press("Enter")
    (pipeline,) = lab.ask("nbops/pipelines").json["pipelines"]
    written = root / pipeline["open_path"]
    expect(page.locator(".lm-DockPanel-tabBar .lm-mod-current", has_text=written.name)).to_be_visible()
    assert pipeline["verified"]
    cells = json.loads(written.read_text())["cells"]
    assert any("parameters" in cell["metadata"].get("tags", ()) for cell in cells)


@pytest.mark.timeout(300)
def test_a_pipeline_runs_with_other_parameters(page, lab):
    """The form's value reaches the run."""
    (pipeline,) = lab.ask("nbops/pipelines").json["pipelines"]
    panel = open_lab(page, lab, "wine.ipynb", token=TOKEN)
    panel.get_by_role("button", name=f"Details of {pipeline['name']}", exact=True).last.click()
    form = panel.locator(".jp-Nbops-form")
    form.get_by_label("C", exact=True).fill("0.01")
    form.get_by_role("button", name="Run").click()
    expect(page.get_by_text(re.compile("has finished")).first).to_be_visible(timeout=240_000)
    run = last_run(lab)
    assert (run["kind"], run["status"], run["params"]["C"]) == ("pipeline", "FINISHED", 0.01)


@pytest.mark.timeout(300)
def test_verify_again_proves_an_edited_pipeline_anew(page, lab, root):
    """Edited, it is stale and has the button; a click shows how far the proof is, then the new badge, and why."""
    (pipeline,) = lab.ask("nbops/pipelines").json["pipelines"]
    path = root / pipeline["open_path"]
    notebook = json.loads(path.read_text())
    notebook["cells"][-1]["source"] = [*notebook["cells"][-1]["source"], "\n# read once more by a person"]
    path.write_text(json.dumps(notebook))
    panel = open_lab(page, lab, "wine.ipynb", token=TOKEN)
    row = panel.locator(".jp-Nbops-row").filter(has=page.get_by_role("button", name=re.compile("^Verify again")))
    expect(row.get_by_role("img", name="Stale", exact=True)).to_have_attribute("title", re.compile("edited"))
    row.get_by_role("button", name=re.compile("^Verify again")).click()
    proof = panel.get_by_role("progressbar", name=f"Verifying {pipeline['name']}")
    expect(proof).to_be_visible()
    expect(panel.get_by_role("button", name=re.compile("^Verify again"))).to_have_count(0)
    expect(proof).to_have_attribute("aria-valuetext", re.compile(r"cell \d of \d"), timeout=120_000)
    expect(panel.get_by_role("img", name="Verified", exact=True)).to_be_visible(timeout=240_000)
    expect(proof).to_have_count(0)
    expect(panel.get_by_role("button", name=re.compile("^Verify again"))).to_have_count(0)
    assert lab.ask("nbops/pipelines").json["pipelines"][0]["state"] == "verified"
    assert "# read once more by a person" in path.read_text()


@pytest.mark.timeout(300)
def test_a_run_becomes_the_champion(page, lab):
    """Register and assign, each with a dialog, and the registry shows it."""
    panel = open_lab(page, lab, "wine.ipynb", token=TOKEN)
    tracked = next(run for run in lab.ask("nbops/runs", notebook="wine.ipynb").json["runs"] if run["cell"] == "cell-2")
    assert tracked["models"]
    row = panel.locator(f'[data-run="{tracked["run_id"]}"]')
    row.locator(".jp-Nbops-caret").click()
    expect(row.locator(".jp-Nbops-caret")).to_have_attribute("aria-expanded", "true")
    row.get_by_role("button", name="Register…").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("wine")
    page.get_by_role("dialog").get_by_role("button", name="Register").click()
    expect(page.get_by_text("wine v1 is registered.").first).to_be_visible(timeout=120_000)
    panel.get_by_role("button", name="Version 1").first.click()
    panel.get_by_role("button", name="Assign…").click()
    page.get_by_role("dialog").get_by_role("button", name="Assign").click()
    expect(page.get_by_text("champion of wine is now v1.").first).to_be_visible(timeout=120_000)
    expect(panel.locator(".jp-Nbops-alias")).to_have_text("champion")


def last_run(lab):
    return lab.ask("nbops/runs", notebook="wine.ipynb").json["runs"][0]
