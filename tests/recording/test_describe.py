"""The description that MLflow's UI renders as Markdown holds what happened as text."""

from __future__ import annotations

import re

from nbops.recording.get_run import get_run
from nbops.recording.writing.describe import describe_run

_EVIL = "[click](javascript:alert(1)) ![i](http://evil/x.png) <script>alert(1)</script> `x`"


def test_nothing_that_a_run_carries_becomes_markup(writer, drain):
    """Names, errors, warnings, parameters and metrics are shown as they are; the user's own note is Markdown."""
    from dataclasses import replace

    run = writer.run()
    drain()
    odd = replace(
        get_run(run),
        name=_EVIL,
        note="see [this](https://example.org)",
        error={"ename": _EVIL, "evalue": _EVIL},
        warnings=(_EVIL,),
        parameters={"p": _EVIL},
        metrics={"val_auc": 0.5},
        notebook="a`b\n\n<img src=x>.ipynb",
    )
    text = describe_run(odd)
    note, rest = text.split("\n\n", 1)
    assert note == "see [this](https://example.org)"
    outside = re.sub(r"(?<!\\)`[^`]*`|cell \[\d+\]", "", rest)
    assert not re.search(r"(?<!\\)[\[\]]|(?<!\\)!|<|http://", outside)
    assert "val_auc" in rest
    assert "\\[click\\](javascript:alert(1))" in rest
