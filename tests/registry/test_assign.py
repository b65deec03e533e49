"""Moving aliases: gates, ledger, the way back, and many hands at once."""

from __future__ import annotations

import itertools
import multiprocessing

import pytest

from nbops.errors import AliasNotFound, GateClosed, NameRefused, VersionNotFound
from nbops.ledger import verify
from nbops.recording.folding.read_model import ReadModel
from nbops.registry import move as move_module
from nbops.registry.assign import assign
from nbops.registry.live import live
from nbops.registry.open_registry import open_registry
from nbops.registry.record import read_ledger
from nbops.registry.rollback import rollback
from nbops.workspace import Workspace


@pytest.fixture
def gates(stored_workspace):
    """Declare gates in the project."""

    def declare(text: str) -> None:
        (stored_workspace.project / "pyproject.toml").write_text(f"[tool.nbops.gates]\n{text}\n")

    return declare


@pytest.fixture(autouse=True)
def _named(monkeypatch):
    monkeypatch.setenv("NBOPS_ACTOR", "ana")


def test_alias_points_at_the_version_and_the_ledger_knows(store, version):
    """One call, and MLflow, ledger and `live` agree on what, when, by whom and why."""
    version()
    done = assign("churn", 1, "champion", reason="first")
    assert done.aliases == ("champion",)
    assert store.aliases("churn") == {"champion": 1}
    event = read_ledger(store).events[-1]
    assert (event.kind, event.subject, event.actor) == ("assign", "churn", "ana")
    assert (event.body["version"], event.body["previous"], event.body["reason"]) == (1, None, "first")
    line = live()[0]
    assert (line.name, line.version, line.alias, line.by, line.reason) == ("churn", 1, "champion", "ana", "first")
    assert line.since == event.time
    assert not line.warning


@pytest.mark.parametrize("named", [2, "2", "v2", "challenger", "@challenger"])
def test_version_is_named_by_number_or_alias(store, version, named):
    """What a person would type."""
    version()
    version()
    store.set_alias("churn", "challenger", 2)
    assert assign("churn", named, "champion").version == 2


def test_without_a_policy_gates_only_advise(store, version):
    """A worse version without a signature takes the alias at once; the notes say what is wrong with it."""
    version({"auc": 0.9})
    version({"auc": 0.6}, signature=False)
    assign("churn", 1, "champion")
    notes = assign("churn", 2, "champion").notes
    assert store.aliases("churn") == {"champion": 2}
    assert "champion was v1" in notes
    assert "advice: the model has no signature" in notes
    assert any(note.startswith("advice: auc 0.6 is worse than 0.9 of v1") for note in notes)


def test_with_a_policy_closed_gates_bind(store, version, gates):
    """Nothing moves and nothing is written when a gate objects."""
    version({"auc": 0.6})
    gates("auc = { at_least = 0.7 }")
    with pytest.raises(GateClosed, match=r"churn v1 cannot become 'champion': auc is 0.6, below 0.7"):
        assign("churn", 1, "champion")
    assert store.aliases("churn") == {}
    assert read_ledger(store).events == ()


def test_policy_may_bind_some_aliases_only(store, version, gates):
    """`aliases` narrows what the gates bind."""
    version({"auc": 0.6})
    gates('auc = { at_least = 0.7 }\naliases = ["champion"]')
    assign("churn", 1, "challenger")
    assert store.aliases("churn") == {"challenger": 1}


@pytest.mark.parametrize("alias", ["latest", "v3", "a b", ""])
def test_reserved_aliases_are_refused(version, alias):
    """MLflow would say no too, later and in other words."""
    version()
    with pytest.raises(NameRefused):
        assign("churn", 1, alias)


def test_what_is_not_there_is_named(store, version):
    """No such model, version, or alias: three sentences."""
    with pytest.raises(VersionNotFound, match="no model is registered as 'churn'"):
        assign("churn", 1, "champion")
    version()
    with pytest.raises(VersionNotFound, match="'churn' has no version 5"):
        assign("churn", 5, "champion")
    with pytest.raises(AliasNotFound, match=r"'churn' has no alias 'best'; it has none"):
        assign("churn", "best", "champion")
    with pytest.raises(NameRefused, match="reserves `latest`"):
        assign("churn", "latest", "champion")


def test_workspace_without_a_store_has_no_models(tmp_path, monkeypatch):
    """Asking creates no database."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    workspace = Workspace(tmp_path / ".nbops")
    with pytest.raises(VersionNotFound, match="nothing has been registered"):
        assign("churn", 1, "champion", workspace=workspace)
    assert live(workspace) == []
    assert not workspace.root.exists()


def test_rollbacks_go_back_one_version_at_a_time(store, version):
    """v3 → v2 → v1, then there is no further way back."""
    for number in (1, 2, 3):
        version()
        assign("churn", number, "champion")
    assert rollback("churn", "champion", reason="bad night").version == 2
    assert rollback("churn", "champion").version == 1
    with pytest.raises(AliasNotFound, match="only v1 has held it"):
        rollback("churn", "champion")
    assert store.aliases("churn") == {"champion": 1}
    assert [event.kind for event in read_ledger(store).events[-2:]] == ["rollback", "rollback"]
    assert verify(read_ledger(store).events)


def test_rollback_of_an_alias_that_never_was(version):
    """A sentence, not a guess."""
    version()
    with pytest.raises(AliasNotFound, match="never assigned"):
        rollback("churn", "champion")


def test_move_in_mlflows_own_ui_is_noticed_and_can_be_rolled_back(store, version, monkeypatch):
    """Somebody's hand outside nbops enters the ledger as such, and is what a rollback undoes."""
    for _ in range(2):
        version()
    assign("churn", 1, "champion")
    store.set_alias("churn", "champion", 2)
    assert "outside nbops" in live()[0].warning
    monkeypatch.setattr(move_module, "_GRACE", 0.0)
    assert rollback("churn", "champion").version == 1
    assert [event.kind for event in read_ledger(store).events] == ["assign", "found", "rollback"]


def test_deleted_version_cannot_come_back(store, version):
    """The refused move is in the ledger as undone, and the alias stays where it was."""
    for number in (1, 2):
        version()
        assign("churn", number, "champion")
    store._client.delete_model_version("churn", "1")
    with pytest.raises(VersionNotFound, match="no version 1"):
        rollback("churn", "champion")
    assert store.aliases("churn") == {"champion": 2}
    assert read_ledger(store).events[-1].kind == "undone"
    assert not live()[0].warning


def test_documents_follow(stored_workspace, version):
    """What the sidebar reads says who holds the alias, right after the move."""
    for number in (1, 2):
        version({"auc": number / 10})
        assign("churn", number, "champion")
    read = {body["version"]: body for body in ReadModel(stored_workspace).list("version")}
    assert [read[1]["aliases"], read[2]["aliases"]] == [[], ["champion"]]
    assert read[2]["metrics"] == {"auc": 0.2}


def _assign(root: str, number: int) -> None:
    from pathlib import Path

    for _ in range(2):
        assign("churn", number, "champion", workspace=Workspace(Path(root)))


def test_processes_that_assign_at_once_end_where_the_ledger_ends(stored_workspace, version):
    """Whatever the order of the writes to MLflow, the alias ends at the version of the last event."""
    for _ in range(3):
        version()
    context = multiprocessing.get_context("spawn")
    root = str(stored_workspace.root)
    processes = [context.Process(target=_assign, args=(root, number)) for number in (1, 2, 3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        assert process.exitcode == 0
    store = open_registry(stored_workspace)
    events = read_ledger(store).events
    assert len(events) == 6
    assert verify(events)
    assert store.aliases("churn")["champion"] == events[-1].body["version"]
    for before, after in itertools.pairwise(events):
        assert after.body["previous"] == before.body["version"]
