"""A terminal obeys no name."""

from __future__ import annotations

import json
import subprocess
import sys

from nbops.cli.tables import facts, figures, table
from nbops.widgets.rendering import Rendering
from nbops.widgets.visible import visible

_NAME = "a\x1b]0;owned\x07\x1b[31mred\x9b2J\u202e\ud800b\r"


def test_control_characters_are_spelled_out():
    """Sequences become text; tabs, lines, letters and pictures stay."""
    assert visible(_NAME) == r"a\x1b]0;owned\x07\x1b[31mred\x9b2J\u202e\ud800b\r"
    assert visible("ümläut 🛫\tx\ny") == "ümläut 🛫\tx\ny"


def test_tables_facts_and_renderings_spell_them_out():
    """Whatever prints names goes through it, for commands and for magics."""
    shown = table(("name",), [(_NAME,)]) + facts([("name", _NAME)]) + figures({_NAME: _NAME})
    shown += Rendering(_NAME, "").text
    assert not any(ord(letter) < 32 and letter != "\n" for letter in shown)
    assert shown.count(r"\x1b]0;owned") == 5


def test_commands_print_a_hostile_name_as_text(tmp_path):
    """Taking, listing and asking for JSON let nothing through, and JSON still holds the name as it is."""
    (tmp_path / "f.txt").write_text("x")
    command = [sys.executable, "-m", "nbops.cli", "snapshot"]
    name = "a\x1b]0;owned\x07\x9b2Jb"
    (tmp_path / ".nbops").mkdir()
    taken, listed, told = (
        subprocess.run([*command, *words], cwd=tmp_path, capture_output=True, check=True).stdout
        for words in (["take", "f.txt", "--name", name], ["list"], ["list", "--json"])
    )
    for output in (taken, listed, told):
        assert b"\x1b" not in output
        assert b"\x07" not in output
        assert "\x9b" not in output.decode()
    assert json.loads(told)[0]["name"] == name
