"""What an error on the command line says to type."""

from __future__ import annotations

import pytest

from nbops.cli.answers import complain
from nbops.errors import PipelineNotFound, RunNotFound


@pytest.mark.parametrize(
    ("hint", "here"),
    [
        (None, "nbops promote last"),
        ("%register best NAME, or nbops register best NAME", "nbops register best NAME"),
        ("%runs show 1f2e", "nbops show 1f2e"),
        ("%%track above the cell", "%%track above the cell"),
    ],
)
def test_a_hint_suits_a_shell(hint, here, capsys):
    """A magic becomes the command that does the same; one that a shell has no word for stays."""
    complain(PipelineNotFound("there is none", hint=hint))
    assert capsys.readouterr().err.splitlines()[1] == f"  try: {here}"


def test_a_notebook_is_told_its_own_words():
    """There, the magic is what to type."""
    assert PipelineNotFound("there is none")._render_traceback_()[1] == "  try: %promote last"
    assert RunNotFound("none")._render_traceback_()[1] == "  try: %runs, or nbops runs"
