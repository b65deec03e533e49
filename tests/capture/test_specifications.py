"""Figures of plotly and altair."""

from __future__ import annotations

import json

import pytest

SETUP = (
    "import pandas as pd, plotly.graph_objects as go, altair as alt\nframe = pd.DataFrame({'a': [1, 2], 'b': [3.5, 4]})"
)


@pytest.fixture
def drawing(cells):
    cells.run(SETUP)
    return cells


def names(closed):
    return [item["path"] for item in closed.artifacts]


def test_a_plotly_figure_is_kept_as_its_specification(drawing):
    """Bound, shown or both: one file with the values that it draws, and nothing that loads from the network."""
    closed = drawing.track("fig = go.Figure(go.Scatter(x=[1, 2], y=[3, 4], name='line'))\nfig")
    assert names(closed) == ["figures/fig.plotly.json"]
    body = json.loads(drawing.blob(closed.artifacts[0]["blob"]))
    assert (body["data"][0]["name"], body["data"][0]["type"]) == ("line", "scatter")
    assert closed.artifacts[0]["rows"] is True
    assert names(drawing.track("go.Figure(go.Bar(y=[1]))")) == ["figures/figure.plotly.json"]
    assert names(drawing.track("k = len(fig.data)")) == []


def test_an_altair_chart_is_kept_as_its_specification(drawing):
    """Parts of the chart that is shown are not charts of their own."""
    closed = drawing.track(
        "base = alt.Chart(frame)\npoints = base.mark_point().encode(x='a', y='b')\n"
        "chart = points + base.mark_line().encode(x='a', y='b')\nchart"
    )
    assert names(closed) == ["figures/chart.vl.json"]
    body = json.loads(drawing.blob(closed.artifacts[0]["blob"]))
    assert "vega-lite" in body["$schema"]
    assert [layer["mark"]["type"] for layer in body["layer"]] == ["point", "line"]
    assert names(drawing.track("kept = alt.Chart(frame).mark_point().encode(x='a')")) == ["figures/kept.vl.json"]
    assert drawing.track("half = alt.Chart(frame)").warnings == ()


def test_large_figures_are_told_and_not_kept(drawing):
    """Neither time nor space goes into a figure of a million points."""
    closed = drawing.track("fig = go.Figure(go.Scatter(y=list(range(1_000_000))))")
    assert names(closed) == []
    assert any("figure fig is not kept: it draws 1,000,000 values" in text for text in closed.warnings)
    closed = drawing.track("alt.Chart(pd.DataFrame({'a': range(9000)})).mark_point().encode(x='a')")
    assert any("figure figure is not kept" in text for text in closed.warnings)


def test_transformers_that_write_files_are_not_run(drawing, project):
    """A chart whose data altair would write to disk is left alone."""
    drawing.run("former = alt.data_transformers.active\nalt.data_transformers.enable('json')")
    try:
        closed = drawing.track("chart = alt.Chart(frame).mark_point().encode(x='a')")
    finally:
        drawing.run("alt.data_transformers.enable(former)")
    assert names(closed) == []
    assert "data transformer 'json' is active" in closed.warnings[0]
    assert list(project.glob("*.json")) == []
