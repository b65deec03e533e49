"""A command line in a workspace of its own."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from nbops.cli import main


@pytest.fixture
def nbops(stored_workspace):
    """Call `nbops …` in an empty workspace and return click's result."""

    def call(*words: str):
        return CliRunner().invoke(main, [str(word) for word in words])

    return call


@pytest.fixture
def told(nbops):
    """Call `nbops …`, expect success, and return what it says (parsed where it is asked for JSON)."""

    def call(*words: str, code: int = 0):
        answer = nbops(*words)
        assert answer.exit_code == code, answer.output + repr(answer.exception)
        return json.loads(answer.stdout) if "--json" in words else answer.stdout

    return call
