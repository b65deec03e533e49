"""Given values held against a schema: everything wrong is told, nothing right is refused."""

from __future__ import annotations

import ast
import datetime as dt
import math
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from nbops.errors import ParameterError
from nbops.pipelines.parameters.check_parameters import check_parameters
from nbops.pipelines.parameters.declaration import declared
from nbops.pipelines.parameters.json_schema import json_schema
from nbops.pipelines.parameters.parse_text import parse_text

SCHEMA = [
    {"name": "C", "type": "float", "default": 0.5, "minimum": 0, "maximum": 1},
    {"name": "kernel", "type": "str", "default": "rbf", "choices": ["rbf", "linear"]},
    {"name": "rounds", "type": "int", "default": 3, "seen": {"runs": 2, "minimum": 1, "maximum": 3}},
    {"name": "depth", "type": "int", "default": None, "nullable": True},
    {"name": "day", "type": "date", "default": "2024-01-01", "minimum": "2024-01-01"},
    {"name": "key", "type": "str", "default": "secret:KEY", "secret": True},
]


def test_everything_wrong_is_told_at_once():
    """One sentence for each value, one hint for each name."""
    given = {"c": 1, "C": math.nan, "kernel": "poly", "rounds": "3", "depth": 1.5, "day": "2023-12-31", "key": "abc123"}
    with pytest.raises(ParameterError) as refused:
        check_parameters(given, SCHEMA)
    told = str(refused.value)
    assert told.count("; ") == 6
    for part in (
        "no parameter 'c'",
        "C is nan, but has to be from 0 to 1",
        "kernel is 'poly', but has to be one of 'rbf', 'linear'",
        "rounds is '3', a str, but has to be int",
        "depth is 1.5",
        "day is datetime.date(2023, 12, 31)",
        "key is a secret",
    ):
        assert part in told
    assert "abc123" not in told
    assert "'C'" in refused.value.hint


@pytest.mark.parametrize(
    ("name", "value", "fitted"),
    [
        ("C", 1, 1.0),
        ("C", np.float32(0.5), 0.5),
        ("rounds", 1000, 1000),
        ("rounds", 4.0, 4),
        ("rounds", np.int8(4), 4),
        ("depth", None, None),
        ("depth", 7, 7),
        ("day", "2024-02-29", dt.date(2024, 2, 29)),
        ("key", "secret:B", "secret:B"),
    ],
)
def test_what_fits_arrives_as_the_declared_type(name, value, fitted):
    """Also a value that no earlier run was given."""
    found = check_parameters({name: value}, SCHEMA)[name]
    assert (found, type(found)) == (fitted, type(fitted))


@pytest.mark.parametrize(
    ("name", "value"), [("rounds", True), ("rounds", None), ("rounds", math.nan), ("C", 2**53 + 1), ("C", "0.5")]
)
def test_what_would_change_on_the_way_is_refused(name, value):
    """Truth values are no numbers, None is only what may be None, no digit is lost."""
    with pytest.raises(ParameterError, match=name):
        check_parameters({name: value}, SCHEMA)


@pytest.mark.parametrize("name", ["x; import os", "a b", "class", "", "1a"])
def test_a_name_that_is_none_never_becomes_code(name):
    """A parameter's name is written into a cell, so it has to be a name."""
    with pytest.raises(ParameterError, match="cannot be the name"):
        check_parameters({name: 1}, [{"name": name, "type": "int", "default": 1}])
    with pytest.raises(ParameterError, match="cannot be the name"):
        check_parameters({name: 1}, None)


@pytest.mark.parametrize(
    ("annotation", "comment", "value", "told"),
    [
        ("float", "0..1", 1, {"type": "float", "minimum": 0, "maximum": 1, "help": "0..1"}),
        (
            "",
            "0.5 … 1e3 of something",
            1.0,
            {"type": "float", "minimum": 0.5, "maximum": 1000.0, "help": "0.5 … 1e3 of something"},
        ),
        ("", "1..", 1, {"type": "int", "minimum": 1, "help": "1.."}),
        ("", "choices: a, 'b'", "a", {"type": "str", "choices": ["a", "b"], "help": "choices: a, 'b'"}),
        ("", "0.1 … 10 (seen in 7 runs)", 1.0, {"type": "float"}),
        ("", "tried: 0.1 to 10", 1.0, {"type": "float"}),
        ("", "0..1; tried: 0.1, 0.2", 1.0, {"type": "float", "minimum": 0, "maximum": 1, "help": "0..1"}),
        ("", "0..1; 0.1 … 0.2 (seen in 7 runs)", 1.0, {"type": "float", "minimum": 0, "maximum": 1, "help": "0..1"}),
        ("", "see table 3", 1.0, {"type": "float", "help": "see table 3"}),
        ("Literal['a', 'b']", "", "a", {"type": "str", "choices": ["a", "b"]}),
        ("Optional[Literal[1, 2]]", "", 1, {"type": "int", "choices": [1, 2], "nullable": True}),
        ("int | None", "", None, {"type": "int", "nullable": True}),
        ("'int | str'", "", 1, {"type": "any"}),
        ("typing.Annotated[float, (0, 1)]", "", 0.5, {"type": "float", "minimum": 0, "maximum": 1}),
        (
            "Annotated[int, Field(ge=1, le=9, description='how many')]",
            "",
            3,
            {"type": "int", "minimum": 1, "maximum": 9, "help": "how many"},
        ),
        ("dt.date", "", None, {"type": "date", "nullable": True}),
        ("list[int]", "", [1], {"type": "list"}),
        ("MyType", "", 1, {"type": "int"}),
    ],
)
def test_what_a_person_declared_is_understood(annotation, comment, value, told):
    """In annotations and comments; what runs were seen to be given declares nothing."""
    node = ast.parse(annotation, mode="eval").body if annotation else None
    assert declared(node, comment, value) == told


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("str", "007", "007"),
        ("str", "1e3", "1e3"),
        ("str", "None", "None"),
        ("int", "1e3", 1000.0),
        ("int", "007", 7),
        ("float", "1e3", 1000.0),
        ("float", "nan?", "nan?"),
        ("bool", "false", False),
        ("bool", "yes", True),
        ("bool", "maybe", "maybe"),
        ("list", "[1, null]", [1, None]),
        ("list", "[1, None]", [1, None]),
        ("tuple", "(1, 2)", (1, 2)),
        ("dict", "{'a': 1}", {"a": 1}),
        ("any", "3", 3),
        ("date", "2024-02-29", "2024-02-29"),
    ],
)
def test_text_of_a_command_is_read_by_the_type(kind, text, value):
    """What it cannot mean stays text, which the check refuses."""
    found = parse_text(text, {"name": "x", "type": kind})
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("date", "2024-02-29", dt.date(2024, 2, 29)),
        ("datetime", "2024-02-29T01:02:03", dt.datetime(2024, 2, 29, 1, 2, 3)),  # noqa: DTZ001
        ("time", "01:02", dt.time(1, 2)),
        ("timedelta", "P1DT2H0.5S", dt.timedelta(1, 7200, 500000)),
        ("timedelta", "90", dt.timedelta(seconds=90)),
        ("Path", "a b", Path("a b")),
        ("Decimal", "0.10", Decimal("0.10")),
        ("set", "[1, 2]", {1, 2}),
        ("int", "1e3", 1000),
        ("bytes", "abc", b"abc"),
    ],
)
def test_text_becomes_every_type(kind, text, value):
    """From the command line to the kernel."""
    item = {"name": "x", "type": kind}
    found = check_parameters({"x": parse_text(text, item)}, [item])["x"]
    assert (found, type(found)) == (value, type(value))


def test_the_json_schema_accepts_what_the_check_accepts():
    """Draft 2020-12, with declared constraints as such and seen values as examples."""
    jsonschema = pytest.importorskip("jsonschema")
    schema = json_schema("p", SCHEMA)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid({"C": 0.5, "kernel": "rbf", "rounds": 99, "depth": None, "key": "secret:X"})
    wrong = ({"C": 2}, {"kernel": "poly"}, {"rounds": "3"}, {"other": 1}, {"key": "abc"}, {"depth": 1.5})
    assert not any(validator.is_valid(one) for one in wrong)
    assert schema["properties"]["rounds"]["examples"] == [1, 3]


def _cyclic():
    found = []
    found.append(found)
    return found


@pytest.mark.parametrize(
    ("given", "schema", "told"),
    [
        ({"C": 10**5000}, None, "a whole number of thousands of digits cannot be a parameter"),
        ({"C": _cyclic()}, None, "a list that holds itself, or is nested too deeply, cannot be a parameter"),
        ({"C": ...}, None, "an ellipsis cannot be a parameter"),
        ({"C": 1}, [{"name": "C", "type": "str"}], "C is 1, an int, but has to be str"),
        ({"C": 10**5000}, [{"name": "C", "type": "str"}], "C is <int>, an int, but has to be str"),
        ({1: 2}, None, "1 cannot be the name of a parameter"),
        ({"get_ipython": 2}, None, "'get_ipython' cannot be the name of a parameter: Python or IPython needs it"),
        ({"print": 2}, None, "'print' cannot be the name of a parameter: Python or IPython needs it"),
        ({"__name__": 2}, None, "'__name__' cannot be the name of a parameter: Python or IPython needs it"),
        (
            {"C": 1},
            [{"name": "C", "type": "int", "minimum": "x"}],
            "the pipeline declares 'x' as the minimum of C, which has to be int",
        ),
    ],
)
def test_odd_values_and_names_are_refused_in_a_sentence(given, schema, told):
    """Before any kernel starts, and never as another kind of error."""
    with pytest.raises(ParameterError) as refused:
        check_parameters(given, schema)
    assert str(refused.value) == told


def test_everyday_names_stay_free():
    """`input`, `max` and `id` are what people call parameters, builtins or not; a pipeline's own names always are."""
    assert check_parameters({"input": "a.csv", "max": 1, "id": 3}, None) == {"input": "a.csv", "max": 1, "id": 3}
    assert check_parameters({"print": 1}, [{"name": "print", "type": "int"}]) == {"print": 1}


@pytest.mark.parametrize(("text", "kind"), [("1e400", "float"), ("9" * 5000, "int"), ("-1e999", None)])
def test_a_number_that_is_too_large_is_not_infinity(text, kind):
    """Infinity is what is written so."""
    with pytest.raises(ParameterError, match="is too large a number"):
        parse_text(text, {"name": "C", "type": kind} if kind else None)
    assert parse_text("inf", {"name": "C", "type": "float"}) == math.inf
