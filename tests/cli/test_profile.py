"""`nbops profile`: a summary of a file, a few kilobytes."""

from __future__ import annotations

import json

import pandas as pd


def test_profile_of_a_file_in_words_json_and_a_file(told, tmp_path):
    """What the columns are, without a row of them."""
    source, target = tmp_path / "in.csv", tmp_path / "profile.json"
    pd.DataFrame({"a": [1.5, 2.5, None], "b": ["x", "y", "y"]}).to_csv(source, index=False)
    text = told("profile", str(source), "--to", str(target))
    assert "3 rows × 2 columns" in text
    assert told("profile", str(source), "--json") == json.loads(target.read_text())


def test_window_without_time_is_an_error(nbops, tmp_path):
    """A sentence, code 1."""
    source = tmp_path / "in.csv"
    pd.DataFrame({"a": [1]}).to_csv(source, index=False)
    answer = nbops("profile", str(source), "--window", "1D")
    assert answer.exit_code == 1
    assert answer.stderr.startswith("ProfileError: ")
