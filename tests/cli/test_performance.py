"""`nbops performance`: 0, 3 where it is worse, 1 with a sentence where it cannot be told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

_WORDS = ("--label", "y", "--score", "p")


@pytest.fixture
def files(tmp_path):
    """Healthy and worse rows, and some without labels, as files."""
    random = np.random.default_rng(0)

    def write(name, flip=0.0, *, labelled=True):
        chance = random.random(1500)
        happened = (random.random(1500) < chance) ^ (random.random(1500) < flip)
        frame = pd.DataFrame({"p": chance, "y": happened.astype(int), "city": random.choice(["Bern", "Chur"], 1500)})
        path = tmp_path / name
        frame[list(frame) if labelled else ["p", "city"]].to_csv(path, index=False)
        return str(path)

    return {
        "winter": write("winter.csv"),
        "june": write("june.csv", 0.3),
        "may": write("may.csv"),
        "july": write("july.csv", labelled=False),
    }


def test_worse_rows_are_three(files, told):
    """The first line says which against which, and what is worse; the JSON says so too."""
    text = told("performance", files["june"], *_WORDS, "--reference", files["winter"], "--slice", "city", code=3)
    assert "winter.csv (1,500 rows) → june.csv (1,500 rows): alert: worse than the reference" in text.splitlines()[0]
    assert "city = " in text
    wire = told("performance", files["june"], *_WORDS, "--reference", files["winter"], "--json", code=3)
    assert wire["worse"] is True
    assert wire["measures"][0]["name"] == "accuracy"


def test_healthy_rows_are_zero(files, told):
    """Also without a reference, without labels, and by windows of rows."""
    assert told("performance", files["may"], *_WORDS, "--reference", files["winter"], "--json")["state"] == "ok"
    assert told("performance", files["may"], *_WORDS, "--json")["state"] == "unknown"
    wire = told("performance", files["july"], *_WORDS, "--reference", files["winter"], "--window", "500", "--json")
    assert (wire["estimated"], len(wire["windows"])) == (True, 3)


def test_mistakes_are_sentences(files, nbops):
    """A column that is not there is one, with the near ones; so is a file that is none."""
    answer = nbops("performance", files["may"], "--label", "y", "--prediction", "cty")
    assert (answer.exit_code, "city" in answer.stderr) == (1, True)
    assert nbops("performance", "nosuch.csv", *_WORDS).exit_code == 1
    assert nbops("performance", files["may"]).exit_code == 2
