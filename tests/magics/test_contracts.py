"""`%contract` in the notebook: a card of what data are to be, and one of what they break."""

from __future__ import annotations

import pytest

from trips import trips


def displayed(shell, noun):
    """Return text and HTML as the frontend gets them."""
    told = shell.display_formatter.format(noun)[0]
    return told["text/plain"], told["text/html"]


def test_a_contract_is_inferred_checked_and_shown(shell, stored_workspace, capsys):
    """Named after its frame; the answer is true or false, and its card says rule, sentence and rows."""
    shell.user_ns["trips"] = frame = trips(1, 500)
    made = shell.run("%contract trips --sensitive city")
    assert "contracts/trips.yaml written" in capsys.readouterr().out
    assert (stored_workspace.project / "contracts" / "trips.yaml").read_text() == made.to_yaml()
    text, html = displayed(shell, made)
    assert text.startswith("contract trips v1: 48 rules on 12 columns")
    assert "start &lt;= end" in html
    shell.user_ns["fresh"] = frame.assign(price=frame.price * 100).drop(columns="fee")
    checked = shell.run("%contract check fresh trips")
    assert not checked
    text, html = displayed(shell, checked)
    assert "alert: fresh (500 rows) against trips v1" in text
    assert "✗  present  column 'fee' is missing" in text
    assert "column &#x27;fee&#x27; is missing" in html or "column &#39;fee&#39; is missing" in html
    assert shell.run("%contract check trips trips")
    shell.user_ns["held"] = made
    assert shell.run("%contract check 'fresh.head(100)' held").dataset == "fresh.head(100)"
    assert shell.run("%contract show trips") == made
    assert shell.run("%contract trips") == made
    assert "stays at version 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%contract", "infers and writes one"),
        ("%contract check frame", "FRAME CONTRACT"),
        ("%contract frame other", "takes one frame"),
        ("%contract check frame none", "there is no contract 'none'"),
        ("%contract frame --sensitive y", "there is no column 'y'"),
    ],
)
def test_wrong_use_is_told(shell, line, said):
    """In a sentence; a column that is called like none of them, too."""
    shell.user_ns["frame"] = shell.user_ns["other"] = trips(1, 60)
    with pytest.raises(Exception, match=said):
        shell.run(line)
