"""Parameters mean on our command line what they mean on papermill's."""

from __future__ import annotations

import base64

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from papermill.cli import _resolve_type

from nbops.cli.parameters import read_parameters
from nbops.pipelines.parameters.parse_text import untyped


@given(st.text() | st.integers().map(str) | st.floats().map(str) | st.sampled_from(["True", "None", "1e3", "1_0"]))
def test_p_types_as_papermill_does(text):
    """`-p` guesses the type exactly as papermill guesses it."""
    assert repr(untyped(text)) == repr(_resolve_type(text))


def test_r_keeps_the_text():
    """`-r` is for strings that look like numbers."""
    assert read_parameters(raw=(("zip", "01234"),)) == {"zip": "01234"}


def test_later_letters_win_in_papermills_order(tmp_path):
    """-b, then -f, then -y, then -p, then -r."""
    file = tmp_path / "p.yaml"
    file.write_text("b: file\nf: file\n")
    encoded = base64.b64encode(b"{b: base, f: base, y: base, p: base, r: base}").decode()
    values = read_parameters(
        parameters=(("p", "1"), ("r", "1")),
        raw=(("r", "2"),),
        files=(str(file),),
        texts=("{f: text, y: text, p: text}",),
        encoded=(encoded,),
    )
    assert values == {"b": "file", "f": "text", "y": "text", "p": 1, "r": "2"}


def test_dates_stay_text():
    """A date in YAML is not JSON and no parameter of a notebook."""
    assert read_parameters(texts=("day: 2013-06-01",)) == {"day": "2013-06-01"}


def test_json_is_yaml():
    """The server passes parameters as JSON."""
    assert read_parameters(texts=('{"C": 0.3, "names": ["a"], "x": null}',)) == {"C": 0.3, "names": ["a"], "x": None}


@pytest.mark.parametrize("given", [{"texts": ("[1, 2]",)}, {"texts": ("{",)}, {"encoded": ("%%",)}, {"files": ("no",)}])
def test_what_is_no_mapping_is_wrong_use(given):
    """Exit code 2, with the letter or file that is wrong."""
    with pytest.raises(click.UsageError):
        read_parameters(**given)


def test_empty_file_is_no_parameters(tmp_path):
    """As in papermill."""
    (tmp_path / "empty.yaml").write_text("")
    assert read_parameters(files=(str(tmp_path / "empty.yaml"),)) == {}
