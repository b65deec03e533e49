"""The command line as a whole: fast, documented, and honest in its exit codes."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from nbops.cli import main
from nbops.cli.answers import Verbs, tell_json
from nbops.errors import GateClosed, NbopsError, RunNotFound

VERBS = {
    "runs", "show", "promote", "verify", "pipelines", "run", "cancel", "snapshot", "load", "profile", "contract",
    "drift", "performance", "watch", "retrain", "alerts", "register", "judge", "assign", "rollback", "live", "sync",
    "undo", "doctor", "enable", "disable", "demo", "lab",
}  # fmt: skip
READING = {"runs", "show", "snapshot", "load", "profile", "drift", "judge", "live", "doctor", "promote", "run"}
HEAVY = ["mlflow", "pandas", "numpy", "papermill", "nbclient", "nbformat", "sklearn", "pyarrow", "IPython", "sqlite3"]


def test_all_promised_verbs_are_there():
    """The names that the issue fixes, and no others."""
    assert set(main.commands) == VERBS


@pytest.mark.parametrize("name", sorted(READING))
def test_every_reading_verb_has_json(name):
    """`--json` on everything that reads."""
    command = main.commands[name]
    only_leads = isinstance(command, click.Group) and not command.invoke_without_command
    for reading in command.commands.values() if only_leads else [command]:
        if reading.name == "forget":  # changes, and says in a line what it did
            continue
        assert "--json" in {option for parameter in reading.params for option in parameter.opts}, reading.name


def test_help_loads_nothing_heavy():
    """Asking for help is answered before any library of data science is imported."""
    code = f"""
import sys
from nbops.cli import main
main(["--help"], standalone_mode=False)
print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stderr.strip() == "[]"
    assert "promote" in answer.stdout


def test_runs_as_a_module():
    """`python -m nbops.cli` is the same program."""
    answer = subprocess.run(
        [sys.executable, "-m", "nbops.cli", "--version"], capture_output=True, text=True, check=True
    )
    assert answer.stdout.startswith("nbops, version")


def _raising(error: Exception) -> click.Group:
    @click.group(cls=Verbs)
    def group() -> None:
        """Group."""

    @group.command()
    def verb() -> None:
        """Verb."""
        raise error

    return group


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RunNotFound("no run 'abc'"), 1),
        (NbopsError("text"), 1),
        (GateClosed("churn v2", "champion", ["auc is 0.6, below 0.7"]), 3),
    ],
)
def test_our_errors_are_a_sentence_a_hint_and_a_code(error, code):
    """1 is broken, 3 is no; the sentence stands on stderr, stdout stays clean."""
    answer = CliRunner().invoke(_raising(error), ["verb"])
    assert answer.exit_code == code
    assert answer.stdout == ""
    assert answer.stderr.splitlines()[0] == f"{type(error).__name__}: {error}"
    assert ("  try: " in answer.stderr) == bool(error.hint)


def test_wrong_use_is_two():
    """click's own code for a verb or option that does not exist."""
    assert CliRunner().invoke(main, ["promot"]).exit_code == 2
    assert CliRunner().invoke(main, ["runs", "--jsn"]).exit_code == 2


def test_json_has_no_word_for_nan():
    """Output that says JSON is JSON for every parser."""

    @click.command()
    def verb() -> None:
        tell_json({"a": float("nan"), "b": [float("inf"), 1.5], "c": ("é",)})

    assert CliRunner().invoke(verb).stdout == '{"a": null, "b": [null, 1.5], "c": ["é"]}\n'
