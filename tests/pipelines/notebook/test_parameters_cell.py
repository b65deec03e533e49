"""The parameters cell as plain papermill reads it."""

from __future__ import annotations

import datetime as dt

import nbformat
import papermill
import pytest

from nbops.pipelines.notebook.parameters_cell import parameter_lines
from nbops.pipelines.notebook.rewrite import rewrite
from nbops.pipelines.parameters.plain import plain


def cell_of(code, wanted, extra=None):
    """The text of the parameters cell that *code* gives, and its schema."""
    done = rewrite([(1, code)], wanted)
    items = [
        {"name": name, "type": "any", "default": plain(one.value)} | one.item | (extra or {}).get(name, {})
        for name, one in done.chosen.items()
    ]
    return "\n".join(line for item in items for line in parameter_lines(item["name"], done.chosen[item["name"]], item))


@pytest.mark.parametrize(
    ("typed", "kind", "default", "told"),
    [
        ("x = 3", "int", "3", ""),
        ("x = 1_000  # how many", "int", "1_000", "how many"),
        ("x: float = 1  # 0..1", "float", "1", "0..1"),
        ("x = True", "bool", "True", ""),
        ("x = 'a b'", "str", "'a b'", ""),
        ("x: 'Literal[\"a\", \"b\"]' = 'a'", "str", "'a'", "one of 'a', 'b'"),
        ("x: Annotated[float, (0, 1)] = 0.5", "float", "0.5", "from 0 to 1"),
        ("x: int | None = None", "Optional[int]", "None", ""),
        ("x: list[int] = [1, 2]", "list[int]", "[1, 2]", ""),
        ("x = dict(a=1)", "dict", "{'a': 1}", ""),
        ("x = (1, 2)", "tuple", "(1, 2)", ""),
        ("x = {1}", "set", "{1}", ""),
        ("x = b'a'", "bytes", "b'a'", ""),
        ("x = [\n    1,\n    2,\n]", "list", "[1,2,]", ""),
        ("x = -2**-3", "float", "-2**-3", ""),
        ("x = None", "None", "None", ""),
    ],
)
def test_papermill_finds_name_type_default_and_help(typed, kind, default, told, tmp_path):
    """Of every kind of value, as it was typed."""
    text = cell_of(f"{typed}\nuse(x)", ["x"])
    found = inspected(text, tmp_path)["x"]
    assert (found["inferred_type_name"], found["default"], found["help"]) == (kind, default, told)
    before, after = {}, {}
    exec("from typing import *\n" + typed, before)
    exec(text, after)
    assert (after["x"], type(after["x"])) == (before["x"], type(before["x"]))


@pytest.mark.parametrize("value", ["a=b", "https://h/x?a=1&b=2", "a#b", 'say "it\'s" = #1', "two\nlines = 2"])
def test_papermills_defects_hide_no_parameter(value, tmp_path):
    """It gives up on a second `=` and cuts at `#`; name and type are found all the same, and the value is exact."""
    text = cell_of(f"first = 1\nx = {value!r}\nlast = 2\nuse(x)", ["first", "x", "last"])
    found = inspected(text, tmp_path)
    assert {name: one["inferred_type_name"] for name, one in found.items()} == {
        "first": "int",
        "x": "str",
        "last": "int",
    }
    after = {}
    exec(text, after)
    assert after["x"] == value


def test_what_earlier_runs_were_given_is_help(tmp_path):
    """It stands beside what a person wrote, and declares nothing."""
    seen = {"C": {"seen": {"runs": 7, "minimum": 0.1, "maximum": 10}}}
    text = cell_of("C: float = 0.5\nuse(C)", ["C"], seen)
    assert text == "C: float = 0.5  # tried: 0.1 to 10"
    assert inspected(text, tmp_path)["C"]["help"] == "tried: 0.1 to 10"


def test_a_date_is_written_without_an_import():
    """A value that no literal spells is text that evaluates alone."""
    from nbops.pipelines.notebook.choose_parameters import Chosen

    one = Chosen(dt.date(2024, 2, 29), "", {"type": "date"})
    after = {}
    exec("\n".join(parameter_lines("day", one, {"name": "day", "type": "date"})), after)
    assert after["day"] == dt.date(2024, 2, 29)


def inspected(text, folder):
    """What `papermill.inspect_notebook` says of a parameters cell."""
    cell = nbformat.v4.new_code_cell(text, metadata={"tags": ["parameters"]})
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=kernel), folder / "p.ipynb")
    return papermill.inspect_notebook(str(folder / "p.ipynb"))
