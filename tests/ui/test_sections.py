"""The four sections on a workspace with runs, a model, a watch and a pipeline."""

import re
import time
from dataclasses import replace

import pytest
from playwright.sync_api import expect
from sidebar import open_lab, prefer, set_width, write_notebook

from fed_workspace import HOSTILE, add_explained, feed, run_id
from nbops.pipelines.running.heartbeat import Heartbeat, Running, wish_file
from nbops.processes import this_process
from nbops.recording.get_run import get_run
from real_jupyter import TOKEN, running_jupyter


@pytest.fixture(scope="module")
def workspace(root):
    """A filled workspace, and the notebooks that its runs come from."""
    write_notebook(root / "wine.ipynb", *(f"# cell {i}\n" * 12 for i in range(8)))
    write_notebook(root / "other.ipynb", "1 + 1")
    return feed(root)


@pytest.fixture(scope="module")
def explained(workspace):
    """A run of the last of sixty-one cells, which can be promoted."""
    return add_explained(workspace, 61)


@pytest.fixture(scope="module")
def lab(workspace, tmp_path_factory):
    """A real JupyterLab on the filled project; nothing is written to MLflow."""
    home = tmp_path_factory.mktemp("home")
    prefer(home)
    with running_jupyter(workspace.project, home, "jupyterlab", NBOPS_RECORDER="off") as server:
        yield server


@pytest.fixture
def panel(page, lab):
    """The sidebar beside the notebook that most runs come from."""
    return open_lab(page, lab, "wine.ipynb", token=TOKEN)


def row(panel, number):
    return panel.locator(f'[data-run="{run_id(number)}"]')


def test_this_notebook_comes_first(panel):
    """Then the others, each run with its status and key metrics."""
    headings = panel.get_by_role("region", name="nbops").or_(panel).locator(".jp-Nbops-headingName")
    expect(headings.nth(0)).to_have_text("wine.ipynb")
    expect(headings.nth(1)).to_have_text("other.ipynb")
    expect(row(panel, 5).get_by_role("img", name="Finished")).to_be_visible()
    expect(row(panel, 5)).to_contain_text("accuracy0.95")


def test_re_runs_of_a_cell_are_one_row(panel):
    """The latest is on top, although it failed; the others unfold."""
    top = row(panel, 4)
    expect(top).to_contain_text("ValueError: Input X contains NaN")
    expect(row(panel, 3)).to_have_count(0)
    top.get_by_role("button", name="×4").click()
    for number in (1, 2, 3):
        expect(row(panel, number)).to_be_visible()


def test_a_click_counts_while_the_list_moves(page, panel, lab):
    """What lies under a pressed button stays where it is until the button is let go."""
    asked = []
    only = [run for run in lab.ask("nbops/runs").json["runs"] if run["run_id"] == run_id(6)]
    page.route(re.compile(r"/nbops/runs\?"), lambda route: asked.append(route) or None)
    panel.get_by_role("button", name="Look again").click()
    caret = row(panel, 6).locator(".jp-Nbops-caret")
    caret.hover()
    place = caret.bounding_box()
    page.mouse.down()
    for route in asked:
        here = "scope=notebook" in route.request.url
        route.fulfill(json={"runs": [] if here else only, "total": 1, "pending": 0})
    page.wait_for_timeout(200)
    assert caret.bounding_box() == place
    page.mouse.up()
    expect(row(panel, 5)).to_have_count(0)
    expect(caret).to_have_attribute("aria-expanded", "true")
    assert caret.bounding_box() != place


def test_details_tell_parameters_metrics_datasets_and_code(panel):
    """All that a person asks of a run, without leaving the notebook."""
    panel.get_by_role("button", name="Details of RandomForest").click()
    for words in ("trees", "300", "X_train", "65,321 rows · abababab", "LogisticRegression", "01234567 with changes"):
        expect(row(panel, 5)).to_contain_text(words)


def test_a_click_jumps_to_the_cell(page, panel):
    """The run's cell becomes the active one, comes into view and flashes."""
    row(panel, 5).get_by_role("button", name="RandomForest", exact=True).click()
    cell = page.locator(".jp-Notebook .jp-Cell.jp-mod-active")
    expect(cell).to_contain_text("cell 3")
    expect(cell).to_be_in_viewport()
    expect(cell).to_have_class(re.compile("jp-Nbops-mod-flash"))


def test_a_click_opens_the_notebook_of_another_run(page, panel):
    """A run of another notebook opens that one; a cell that is gone is said."""
    row(panel, 6).locator(".jp-Nbops-rowName").click()
    expect(page.locator(".lm-DockPanel-tabBar .lm-mod-current", has_text="other.ipynb")).to_be_visible()
    expect(page.get_by_text("The cell of this run is no longer in other.ipynb.").first).to_be_visible()


def test_hostile_names_are_text(page, panel):
    """Markup in names, notes and warnings is shown as it was written and does nothing."""
    expect(row(panel, 6).locator(".jp-Nbops-rowName")).to_have_text(HOSTILE)
    row(panel, 6).locator(".jp-Nbops-caret").click()
    expect(row(panel, 6)).to_contain_text(f"not recorded: {HOSTILE}")
    assert panel.locator("img, script").count() == 0
    assert page.evaluate("window.hacked") is None


def test_words_filter_the_runs(panel):
    """The box searches on the server; clearing it brings all back."""
    box = panel.locator("jp-search input")
    box.fill("forest")
    expect(row(panel, 4)).to_have_count(0)
    expect(row(panel, 5)).to_be_visible()
    box.fill("no such run")
    expect(panel.get_by_text("No run matches")).to_be_visible()
    box.fill("")
    expect(row(panel, 4)).to_be_visible()


def test_a_star_is_kept(panel, workspace):
    """Starred here is starred everywhere, and the list can be narrowed to it."""
    row(panel, 5).hover()
    row(panel, 5).get_by_role("button", name="Star RandomForest").click()
    expect(row(panel, 5).get_by_role("button", name="Star RandomForest", pressed=True)).to_be_visible()
    panel.get_by_role("button", name="Only starred runs").click()
    expect(row(panel, 4)).to_have_count(0)
    expect(row(panel, 5)).to_be_visible()
    for _ in range(100):
        if get_run(run_id(5), workspace=workspace).starred:
            break
        panel.page.wait_for_timeout(100)
    assert get_run(run_id(5), workspace=workspace).starred


def test_the_keyboard_reaches_a_run(page, panel):
    """Tab goes from the filter to the rows, Enter opens details, and the focus can be seen."""
    panel.get_by_role("button", name="Details of RandomForest").focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("button", name="Details of RandomForest", expanded=True)).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Tab")
    expect(row(panel, 5).get_by_role("button", name="RandomForest", exact=True)).to_be_focused()


def test_the_registry_shows_versions_and_aliases(page, panel):
    """With what can be done, and a dialog that asks for the alias."""
    section = panel.get_by_role("region", name="wine", exact=True).filter(has_text="2 versions")
    expect(section).to_contain_text("champion")
    expect(section.get_by_role("img", name="Drift alert")).to_be_visible()
    section.get_by_role("button", name="Version 2", expanded=False).first.click()
    section.get_by_role("button", name="Assign…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Assign wine v2")
    expect(dialog.get_by_label("Alias")).to_have_value("champion")
    dialog.get_by_role("button", name="Cancel").click()


def test_drift_shows_months_and_what_moved(panel):
    """The latest report first; a click on a month shows that one."""
    panel.locator(".jp-Nbops-watch").scroll_into_view_if_needed()
    report = panel.locator(".jp-Nbops-report")
    expect(report).to_contain_text("2013-04")
    expect(report).to_contain_text("winter 51,955 rows, 2012-11-01 – 2012-12-31")
    expect(report).to_contain_text("alcohol: mean 12.4 → 14.8")
    panel.get_by_role("button", name="2013-01: No drift").click()
    expect(report).to_contain_text("No column moved.")


def test_a_pipeline_shows_its_badge_and_parameters(page, panel):
    """A control for each type; a wrong value closes Run and says what is wanted; the notebook opens from its name."""
    panel.get_by_role("button", name="Details of wine").click()
    form = panel.locator(".jp-Nbops-form")
    form.get_by_label("C", exact=True).fill("ten")
    expect(form.get_by_role("button", name="Run")).to_be_disabled()
    form.get_by_label("C", exact=True).fill("1000")
    expect(form.get_by_role("alert")).to_have_text("A number from 0.01 to 100")
    expect(form.get_by_role("button", name="Run")).to_be_disabled()
    form.get_by_label("C", exact=True).fill("10")
    expect(form.get_by_role("button", name="Run")).to_be_enabled()
    form.get_by_label("solver").select_option("saga")
    expect(form.get_by_label("scale")).to_be_checked()
    expect(form.get_by_label("since")).to_have_attribute("type", "date")
    expect(panel.get_by_role("img", name="Verified", exact=True)).to_be_visible()
    panel.get_by_role("button", name="Open notebook").click()
    expect(page.locator(".lm-DockPanel-tabBar .lm-mod-current", has_text="wine.ipynb")).to_be_visible()


def test_a_narrow_form_shows_names_whole(page, panel):
    """At 260 pixels a name stands above its box; wider, beside it; what JupyterLab draws no arrow for has one."""
    set_width(page, 260)
    panel.get_by_role("button", name="Details of wine").click()
    form = panel.locator(".jp-Nbops-form")
    label, box = form.locator("label", has_text="solver"), form.get_by_label("solver")
    assert label.bounding_box()["y"] + label.bounding_box()["height"] <= box.bounding_box()["y"] + 1
    expect(form.locator(".jp-Nbops-choice svg")).to_be_visible()
    set_width(page, 400)
    assert label.bounding_box()["x"] + label.bounding_box()["width"] <= box.bounding_box()["x"]


def test_an_edited_pipeline_is_stale(panel, workspace):
    """The badge says so in shape, colour and words, with the reason."""
    path = workspace.project / "pipelines/wine.ipynb"
    proven = path.read_bytes()
    path.write_bytes(proven.replace(b"C = 1.0", b"C = 2.0"))
    try:
        panel.get_by_role("button", name="Look again").click()
        badge = panel.get_by_role("img", name="Stale", exact=True)
        expect(badge).to_be_visible()
        expect(badge).to_have_attribute("title", re.compile("Stale: .*edited"))
    finally:
        path.write_bytes(proven)


def test_a_running_pipeline_shows_how_far_it_is_and_can_be_cancelled(panel, workspace):
    """Whoever started it: a bar, the cell, for how long; cancelling asks the process that supervises it."""
    running = Running(run=run_id(3), pipeline="late", path="pipelines/late.ipynb", owner=this_process())
    beat = Heartbeat(workspace, replace(running, cell=2, cells=8, title="model = fit(X)", started=time.time() - 73))
    beat.say()
    try:
        shown = panel.locator(f'.jp-mod-running[data-run="{run_id(3)}"]')
        bar = shown.get_by_role("progressbar", name="late")
        expect(bar).to_have_attribute("aria-valuetext", "cell 3 of 8: model = fit(X)")
        expect(shown).to_contain_text(re.compile("1:1[3-9]|1:2"))
        beat.say(cell=5, title="score(model)")
        expect(bar).to_have_attribute("aria-valuenow", "5")
        shown.get_by_role("button", name="Cancel late").click()
        expect(shown.get_by_role("button", name="late is being cancelled")).to_be_disabled()
        wish = wish_file(workspace, run_id(3))
        for _ in range(200):
            if wish.exists():
                break
            panel.page.wait_for_timeout(50)
        assert wish.exists()
    finally:
        beat.end()
    expect(shown).to_have_count(0)


def test_the_promote_dialog_explains_before_it_begins(page, panel, explained):
    """Sixty cells scroll; each says why; links lead to who reads; a click on a cell leads to it in the notebook."""
    promote(panel, explained)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Keeps 41 of 61 cells that ran.")
    kept = dialog.locator("details[data-called]")
    expect(kept).to_have_count(41)
    expect(dialog.get_by_label("Name")).to_be_focused()  # Enter promotes: sixty cells need not be passed with Tab
    first = dialog.locator('details[data-called="[1]"]')
    expect(first).to_contain_text("defines x1, which [2] reads in line 1")
    first.get_by_role("button", name="[2]").click()
    second = dialog.locator('details[data-called="[2]"]')
    expect(second.locator("pre")).to_have_text("x2 = x1 + 2\n")
    expect(second.locator("summary")).to_be_focused()
    expect(dialog.locator(".jp-mod-leftOut").first).to_contain_text("nothing kept reads unused3")
    assert dialog.locator("img, script").count() == 0
    assert page.evaluate("window.hacked") is None
    expect(dialog.get_by_label("Name")).to_have_value("explained")
    dialog.locator('details[data-called="[5]"]').get_by_role("button", name="[5]").click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".jp-Notebook .jp-Cell.jp-mod-active")).to_contain_text("cell 5")


def test_the_promote_dialog_says_why_not(page, panel, explained):
    """It opens at once; a refusal stands where the cells would, and Escape closes it."""
    asked = []
    page.route(re.compile("/explanation"), lambda route: asked.append(route) or None)
    promote(panel, explained)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("status", name="Loading")).to_be_visible()
    error = {"error": "SliceError", "message": "its executions are gone", "hint": "run the cell again"}
    asked[0].fulfill(status=422, json=error)
    expect(dialog.get_by_role("alert")).to_contain_text("its executions are gone → run the cell again")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_promotion_that_is_refused_stays_in_the_dialog(page, panel, explained, workspace):
    """The name leads to a notebook that a person edited: the error stands at the name, which has the focus."""
    edited = write_notebook(workspace.project / "pipelines/mine.ipynb", "1 + 1")
    promote(panel, explained)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("mine")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("progressbar")).to_be_visible()
    told = dialog.get_by_role("alert")
    expect(told).to_have_text("mine was edited by hand; choose another name.", timeout=60_000)
    expect(dialog.get_by_label("Name")).to_be_focused()
    expect(dialog.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_role("button", name="Promote")).to_be_enabled()
    assert "1 + 1" in edited.read_text()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)


def promote(panel, run):
    found = panel.locator(f'[data-run="{run}"]')
    found.hover()
    found.get_by_role("button", name=re.compile("^Promote explained")).click()


def test_the_status_bar_tells_of_alerts(page, panel):
    """And opens the sidebar."""
    item = page.get_by_role("button", name=re.compile("1 drift alert · \\d runs waiting"))
    expect(item).to_be_visible()
    page.locator('.lm-TabBar-tab[data-id="nbops-panel"]').click()
    expect(panel).to_be_hidden()
    item.click()
    expect(panel).to_be_visible()


@pytest.mark.parametrize("width", [260, 300, 350])
def test_nothing_sticks_out(page, panel, width):
    """At the widths that people use, no section scrolls sideways."""
    set_width(page, width)
    for name in ("Details of RandomForest", "Version 1", "Details of wine"):
        panel.get_by_role("button", name=name).first.click()
    wide = page.evaluate(
        "() => [...document.querySelectorAll('.jp-Nbops-section')]"
        ".filter(section => section.scrollWidth > section.clientWidth).length"
    )
    assert wide == 0


def test_the_dark_theme_is_dark(page, workspace, tmp_path):
    """Backgrounds and text are the theme's: text stands out by 4.5 to 1 or more."""
    home = tmp_path / "home"
    prefer(home, dark=True)
    with running_jupyter(workspace.project, home, "jupyterlab", NBOPS_RECORDER="off") as server:
        panel = open_lab(page, server, "wine.ipynb", token=TOKEN)
        expect(row(panel, 5)).to_be_visible()
        ratios = page.evaluate(CONTRASTS)
    assert len(ratios) > 10
    assert min(ratios.values()) >= 4.5, {text: ratio for text, ratio in ratios.items() if ratio < 4.5}


CONTRASTS = """() => {
  const numbers = colour => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const over = ([r, g, b, a = 1], under) => [r, g, b].map((value, i) => value * a + under[i] * (1 - a));
  const ground = element => {
    if (!element) return [255, 255, 255];
    const colour = numbers(getComputedStyle(element).backgroundColor);
    return colour[3] === 0 ? ground(element.parentElement) : over(colour, ground(element.parentElement));
  };
  const light = colour => colour
    .map(value => value / 255)
    .map(value => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
  const ratios = {};
  for (const element of document.querySelectorAll('.jp-Nbops *')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const under = ground(element);
    const pair = [light(over(numbers(getComputedStyle(element).color), under)), light(under)].sort();
    ratios[element.textContent] = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  }
  return ratios;
}"""
