"""The sidebar before anything was recorded, without its server, and in Notebook 7."""

import re

from playwright.sync_api import expect
from sidebar import open_lab, write_notebook

from real_jupyter import TOKEN, running_jupyter

SECTIONS = ("Runs", "Registry", "Drift", "Pipelines")


def test_every_section_says_what_to_type_first(page, lab, root):
    """Empty sections explain themselves, and looking at them leaves no workspace behind."""
    write_notebook(root / "first.ipynb", "1 + 1")
    panel = open_lab(page, lab, "first.ipynb", token=TOKEN)
    for section in SECTIONS:
        expect(panel.locator(".lm-AccordionPanel-title", has_text=section)).to_be_visible()
    for words in ("%%track", "%register NAME", "%drift CURRENT REFERENCE", "%promote last"):
        expect(panel.get_by_text(words)).to_be_visible()
    assert not (root / ".nbops").exists()


def test_the_sidebar_is_named_for_screen_readers(page, lab):
    """Its tab has a caption, its region a label."""
    open_lab(page, lab, token=TOKEN)
    expect(page.get_by_role("region", name="nbops: runs, models, drift and pipelines")).to_be_visible()
    tab = page.locator('.lm-TabBar-tab[data-id="nbops-panel"]')
    assert tab.get_attribute("title") == "Runs, models and drift (nbops)"


def test_a_server_that_fails_is_said_and_recovers(page, lab):
    """The reason is shown with a way to try again; the next answer takes it away."""
    routes = re.compile(r"/nbops/(runs|models|drift|pipelines)\?")
    error = {"error": "StoreUnavailable", "message": "MLflow is away", "hint": "nbops doctor"}
    page.route(routes, lambda route: route.fulfill(status=503, json=error))
    panel = open_lab(page, lab, token=TOKEN)
    expect(panel.get_by_role("alert").first).to_contain_text("MLflow is away → nbops doctor")
    expect(panel.get_by_text("No runs yet")).to_be_hidden()  # nobody knows
    page.unroute(routes)
    for _ in SECTIONS:  # one that asked again by itself meanwhile has no button any more
        panel.get_by_role("button", name="Try again").evaluate_all("buttons => buttons[0]?.click()")
        page.wait_for_timeout(300)
    expect(panel.get_by_role("alert")).to_have_count(0)
    expect(panel.get_by_text("No runs yet")).to_be_visible()


def test_notebook_7_loads_the_sidebar(page, root, tmp_path):
    """All plugins activate where half of JupyterLab is missing, and the sidebar opens from the menu."""
    write_notebook(root / "seven.ipynb", "1 + 1")
    with running_jupyter(root, tmp_path / "home", "notebook") as notebook:
        page.goto(f"{notebook.url}notebooks/seven.ipynb?token={TOKEN}", timeout=60_000)
        page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
        page.wait_for_load_state("networkidle")
        page.get_by_role("menuitem", name="View", exact=True).click()
        page.locator(".lm-Menu-item", has_text="Left Sidebar").hover()
        page.locator(".lm-Menu-item", has_text="nbops").click()
        expect(page.locator("#nbops-panel").get_by_text("%%track")).to_be_visible()
