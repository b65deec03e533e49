"""What a promotion would keep: annotated, foldable, readable in a terminal, and nothing that a user typed is markup."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from nouns import EVIL

from nbops.pipelines.explanation import Explanation
from nbops.pipelines.promoted_cell import PromotedCell
from nbops.slicing.slice import Reason
from nbops.widgets.code_lines import code_lines
from nbops.widgets.explanation_view import explanation_view

LOAD = PromotedCell(
    "import pandas as pd\ndf = pd.read_csv('a.csv')\nprint(1)",
    "defines `df` in line 2, which [4] fits `model` on in line 2",
    "load",
    1,
    1,
    (Reason("kept: defines `df` in line 2, which [4] fits `model` on in line 2", "df", "defines", 2, 4, 2),),
)
FIT = PromotedCell("%%track\nmodel = fit(df)", "it is the target", "fit", 4, 4, (Reason("kept: it is the target"),))
EXPLANATION = Explanation(
    run="ab" * 16,
    name="Ridge",
    pipeline="ridge",
    target=4,
    kept=(LOAD, FIT),
    dropped=(
        PromotedCell("df.head()", "it only shows something", "a", 2, 2),
        PromotedCell("df.tail()", "it only shows something", "b", 3, 3),
    ),
    parameters=(
        {"name": "C", "type": "float", "default": 0.5, "minimum": 0.1, "maximum": 2},
        {"name": "solver", "type": "str", "default": "svd", "choices": ["svd", "lsqr"]},
        {"name": "key", "type": "str", "default": "x", "secret": True},
    ),
    candidates=("rows = 400",),
    cautions=("[1] ran before nbops was loaded",),
)


class _Page(HTMLParser):
    """Collects ids, links and elements that were opened and never closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.open.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_a_terminal_shows_it_in_the_order_of_execution():
    """Signs say what stays and what goes; the line that matters has a mark; cautions stand on top."""
    assert explanation_view(EXPLANATION).text.splitlines() == [
        "promoting Ridge (abababab) would keep 2 of 4 executions",
        "  ! [1] ran before nbops was loaded",
        "  parameters: C: float = 0.5 from 0.1 to 2, solver: str = 'svd' of 'svd', 'lsqr', key: str (secret)",
        "  could be parameters: rows = 400",
        "  + kept, - left out, ▸ a line that kept cells need",
        "+ [1] defines `df` in line 2, which [4] fits `model` on in line 2",
        "         1 import pandas as pd",
        "      ▸  2 df = pd.read_csv('a.csv')",
        "         3 print(1)",
        "- [2] it only shows something: df.head()",
        "- [3] it only shows something: df.tail()",
        "+ [4] it is the target",
        "         1 %%track",
        "         2 model = fit(df)",
    ]


def test_printed_it_is_what_the_command_line_says():
    """Also without IPython; its representation is one line."""
    assert repr(EXPLANATION) == "Explanation(run='abababab', pipeline='ridge', kept=2, dropped=2)"


def test_reasons_link_to_the_cell_that_reads():
    """Every link leads to an element of the view, and all elements are closed."""
    page = _Page(explanation_view(EXPLANATION).html)
    assert page.open == []
    assert page.links
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)


def test_kept_cells_stand_open_and_dropped_ones_are_folded():
    """Neighbours that are left out share one fold; nothing needs JavaScript."""
    html = explanation_view(EXPLANATION).html
    assert html.count("<details open") == 2
    assert "[2] [3]" in html
    assert "2 left out" in html
    assert "<script" not in html


def test_a_long_session_is_folded():
    """Sixty kept cells are sixty lines until one is opened."""
    many = tuple(PromotedCell(f"x{n} = {n}", "defines", None, n, n) for n in range(1, 61))
    told = explanation_view(Explanation("ab" * 16, "Ridge", "ridge", 60, kept=many))
    assert "<details open" not in told.html
    assert told.html.count("<details") == 60


def test_a_long_cell_is_cut_in_a_terminal_around_what_matters():
    """The marked line stays with its neighbours, the rest is counted."""
    source = "\n".join(f"x{n} = {n}" for n in range(1, 81))
    cell = PromotedCell(
        source, "defines `x40`", None, 1, 1, (Reason("kept: defines `x40`", "x40", "defines", 40, 1, 1),)
    )
    lines = explanation_view(Explanation("ab" * 16, "Ridge", "ridge", 1, kept=(cell,))).text.splitlines()
    assert any(line.split() == ["▸", "40", "x40", "=", "40"] for line in lines)
    assert lines[-1].split() == ["⋮", "39", "more", "lines"]
    assert len(lines) < 15


@pytest.mark.parametrize(
    "source", ["%%bash\nls | wc", "def broken(:\n  '", "", "x = '''a\nb\nc'''", EVIL, "\x00\x1b[31m"]
)
def test_code_keeps_its_lines_whatever_it_is(source):
    """Magics, broken and multi-line code, markup: as many lines as were typed, and only text."""
    block = code_lines(source, {1})
    assert block.count("\n") == len(source.strip("\n").split("\n"))
    assert "<script" not in block
    assert _Page(block).open == []


def test_nothing_that_a_user_types_becomes_markup():
    """Names, code, reasons, cautions and parameters arrive as text."""
    cell = PromotedCell(EVIL, EVIL, EVIL, 1, 1, (Reason(EVIL, EVIL, EVIL, 1, 1, 1),))
    told = explanation_view(
        Explanation(
            EVIL,
            EVIL,
            EVIL,
            1,
            (cell,),
            (cell, cell),
            ({"name": EVIL, "type": EVIL, "default": EVIL},),
            (EVIL,),
            (EVIL,),
        )
    )
    assert "<script" not in told.html
    assert "<img" not in told.html
    assert "&lt;script&gt;" in told.html
