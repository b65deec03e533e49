"""Values as text, as JSON, and back: nothing changes on the way."""

from __future__ import annotations

import datetime as dt
import enum
import json
import math
import re
import signal
import zoneinfo
from decimal import Decimal
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbops.errors import ParameterError
from nbops.pipelines.parameters.codify import codify
from nbops.pipelines.parameters.fit import fit
from nbops.pipelines.parameters.plain import plain
from nbops.pipelines.parameters.secret import Secret
from nbops.pipelines.parameters.type_of import type_of

ZONES = st.none() | st.just(dt.UTC) | st.sampled_from(["Europe/Berlin", "Asia/Tokyo"]).map(zoneinfo.ZoneInfo)
ATOMS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
    | st.dates() | st.times(timezones=ZONES) | st.timedeltas() | st.datetimes(timezones=ZONES)
    | st.decimals(allow_nan=False) | st.complex_numbers(allow_nan=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")).map(Path)
    | st.sampled_from([*signal.Signals]) | st.sampled_from([PurePosixPath("a/b"), PureWindowsPath("a\\b")])
)  # fmt: skip
VALUES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text() | st.integers() | st.dates(), inner, max_size=4)
        | st.frozensets(st.integers() | st.text(), max_size=4)
        | st.sets(st.integers() | st.text(), max_size=4)
    ),
    max_leaves=8,
)
ROUND = {"bool", "int", "float", "str", "bytes", "date", "datetime", "time", "timedelta", "Path", "Decimal"}


@given(VALUES)
def test_text_means_exactly_the_same_value(value):
    """Evaluated without any name at hand, it is equal, of the same type, at every depth."""
    again = eval(codify(value), {})
    assert _same(again, value), codify(value)


@given(ATOMS.filter(lambda value: type_of(value) in ROUND and not isinstance(value, signal.Signals | PureWindowsPath)))
def test_json_means_exactly_the_same_value(value):
    """What metadata and forms hold fits the parameter's type again."""
    item = {"name": "x", "type": type_of(value)}
    again = fit(json.loads(json.dumps(plain(value))), item)
    assert again == value
    assert type_of(again) == item["type"]


@given(st.floats(width=32, allow_nan=False), st.integers(-(2**63), 2**63 - 1))
def test_numpy_numbers_arrive_equal(small, large):
    """They become Python's own numbers, which lose nothing."""
    assert eval(codify(np.float32(small))) == np.float32(small)
    assert type(eval(codify(np.float32(small)))) is float
    assert eval(codify(np.int64(large))) == np.int64(large)
    assert codify(np.array(3)) == "3"
    assert codify(np.bool_(True)) == "True"  # noqa: FBT003


@pytest.mark.parametrize(
    "value",
    [
        np.datetime64("2024-02-29T00:00:00.000000001", "ns"),
        np.timedelta64(-3, "D"),
        pd.Timestamp("2024-02-29T01:02:03.000000004", tz="Europe/Berlin"),
        pd.Timedelta(1, "ns"),
        np.float64(-0.0),
        range(1, 9, 2),
        math.inf,
        -math.inf,
    ],
)
def test_nothing_of_a_time_is_lost(value):
    """Nanoseconds, zones and signs survive."""
    again = eval(codify(value), {})
    assert again == value
    assert str(again) == str(value)


def test_what_is_no_number_stays_none():
    """NaN and NaT compare with nothing, so they are looked at."""
    assert math.isnan(eval(codify(math.nan)))
    assert np.isnat(eval(codify(np.datetime64("NaT", "ns")), {}))
    assert Decimal("NaN").compare_total(eval(codify(Decimal("NaN")), {})) == 0


def test_a_member_of_a_class_that_cannot_be_imported_is_its_value():
    """The pipeline makes the class itself, later than its parameters."""
    kind = enum.Enum("kind", {"RED": "red"})
    kind.__module__ = "__main__"
    assert codify(kind.RED) == "'red'"


def test_a_subclass_cannot_speak_for_its_value():
    """The text is made by the plain type."""

    class Loud(int):
        def __repr__(self):
            return "__import__('os').abort()"

    assert codify(Loud(3)) == "3"


def test_an_object_without_text_is_refused():
    """The type is named."""
    with pytest.raises(ParameterError, match="object"):
        codify(object())
    with pytest.raises(ParameterError, match="longdouble"):
        codify(np.longdouble(1) / 3)


def test_a_secret_is_a_reference():
    """Its value is in no text."""
    assert codify(Secret("X_KEY")) == "'secret:X_KEY'"


def _same(left, right):
    if type(left) is not type(right):
        return False
    if isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(_same, left, right))
    if isinstance(right, dict):
        return list(left) == list(right) and all(_same(left[key], right[key]) for key in right)
    if isinstance(right, dt.datetime | dt.time):
        return left == right and left.fold == right.fold and str(left.tzinfo) == str(right.tzinfo)
    return left == right and (not isinstance(right, float) or math.copysign(1, left) == math.copysign(1, right))


def test_several_flags_at_once_come_back():
    """They are no member that has a name."""
    flags = re.IGNORECASE | re.MULTILINE
    assert eval(codify(flags)) == flags
    assert eval(codify(re.IGNORECASE)) is re.IGNORECASE


def test_the_name_of_a_class_is_never_run():
    """A path's class may be called anything."""
    odd = type("Path(print('run')) or __import__('pathlib').PurePath", (PurePosixPath,), {})
    assert codify(odd("x")) == "__import__('pathlib').PurePosixPath('x')"
