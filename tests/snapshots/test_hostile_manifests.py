"""Manifests with a right hash and a wrong body: refused by name, by every verb, and nothing is written elsewhere."""

from __future__ import annotations

import copy
import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbops.errors import SnapshotError
from nbops.readiness.snapshots import snapshots as look_at_snapshots
from nbops.snapshots import collect_garbage, describe, list_snapshots, load, snapshot, verify
from nbops.snapshots.manifest import id_of, manifest_path
from nbops.workspace import Workspace


def forge(place, body, name="forged"):
    """Put a manifest into a workspace as its author could have written it: id, name and all."""
    encoded = json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
    identity = id_of(encoded)
    manifest_path(place.snapshots, identity).write_bytes(encoded)
    with (place.snapshots / "names.jsonl").open("a") as log:
        log.write(json.dumps({"id": identity, "name": name, "time": 9e9, "new_bytes": 0}) + "\n")
    return identity


def body_of(place, taken):
    """Return what the manifest of a snapshot says."""
    return json.loads(manifest_path(place.snapshots, taken.id).read_bytes())


def frame():
    """A frame with text, classes, several levels and objects."""
    rows = {"x": np.arange(6.0), "t": list("abcdef"), "o": [None, 1, "x", 2.5, b"y", (1, 2)]}
    made = pd.DataFrame(rows).assign(c=pd.Categorical(list("ababab")), i=pd.array([1, None, 3, 4, 5, 6], "Int64"))
    return made.set_index(pd.MultiIndex.from_product([["u", "v"], [1, 2, 3]], names=["a", "b"]))


def table():
    """An Arrow table with nested columns."""
    held = {
        "l": [[1], [], None],
        "s": [{"k": "x"}, None, {"k": "z"}],
        "d": pa.array(["p", "q", "p"]).dictionary_encode(),
    }
    return pa.table(held)


@pytest.fixture(name="place", scope="module")
def _place(tmp_path_factory):
    return Workspace(tmp_path_factory.mktemp("hostile") / ".nbops")


@pytest.fixture(name="bodies", scope="module")
def _bodies(place, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "payload.py").write_text("print('here')\n" * 9000)
    (folder / "a" / "latest").symlink_to("b")
    (folder / "none").mkdir()
    made = (frame(), table(), pd.Series([1, 2], name="s"), folder, folder / "a" / "b" / "payload.py")
    return [body_of(place, snapshot(one, workspace=place)) for one in made]


def link(name, to):
    """An entry of a manifest."""
    return {"name": name, "dtype": "link", "type": {"is": "link", "to": to}, "streams": []}


def folder_entry(name):
    """An entry of a manifest."""
    return {"name": name, "dtype": "folder", "type": {"is": "folder"}, "streams": []}


@pytest.mark.parametrize(
    "extra",
    [
        [folder_entry("q/b"), folder_entry("x"), link("q/b/l", "../../x"), link("q/b/l/q", "../../..")],
        [folder_entry("q/b"), link("p", "q/b"), link("p/q", "..")],
        [link("p", "a"), link("p", "a/b")],
        [folder_entry("p"), link("p", "a")],
        [link("a/b/payload.py/l", "..")],
        [link("a", "none")],
    ],
)
def test_no_link_is_made_through_a_link(place, bodies, tmp_path, extra):
    """An entry inside a link or a file, or two in one place, are refused, and nothing is left anywhere."""
    body = copy.deepcopy(bodies[3])
    body["columns"] += extra
    home = tmp_path / "home" / "victim"
    home.mkdir(parents=True)
    with pytest.raises(SnapshotError, match=r"is there already|leads out"):
        load(forge(place, body), to=home / "data", workspace=place)
    assert list(tmp_path.rglob("*")) == [tmp_path / "home", home]


def test_a_chain_of_honest_links_comes_back(place, tmp_path):
    """Links to links and upwards that stay inside are restored as they were."""
    source = tmp_path / "source"
    (source / "deep" / "er").mkdir(parents=True)
    (source / "deep" / "er" / "x").write_text("x")
    (source / "deep" / "up").symlink_to("../top")
    (source / "top").symlink_to("deep/er")
    taken = snapshot(source, workspace=place)
    back = load(taken, to=tmp_path / "back", workspace=place)
    assert (back / "deep" / "up" / "x").read_text() == (back / "top" / "x").read_text() == "x"


def test_the_snapshot_of_a_file_is_a_file(place, bodies, tmp_path):
    """A link in the place of a single file would lead beside where it is put."""
    body = copy.deepcopy(bodies[4])
    body["columns"] = [link("l", "secret")]
    with pytest.raises(SnapshotError, match=r"leads out|holds something else"):
        load(forge(place, body), to=tmp_path / "l", workspace=place)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", [["OSFile", "VICTIM", "w"], ["memory_map", "VICTIM", "w"], "default_memory_pool"])
def test_a_type_is_a_type(place, bodies, tmp_path, kind):
    """What a manifest calls an Arrow type is never any other function of Arrow: this one would empty a file."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    body = copy.deepcopy(bodies[1])
    body["columns"][0]["type"]["type"] = json.loads(json.dumps(kind).replace("VICTIM", str(victim)))
    with pytest.raises(SnapshotError, match="Arrow type"):
        load(forge(place, body), workspace=place)
    assert victim.read_text() == "precious"


def test_a_damaged_manifest_hides_no_other(place, bodies):
    """List warns of it by name and has the others, verify and doctor name it, collection refuses, show refuses."""
    body = copy.deepcopy(bodies[0])
    body["columns"][0]["streams"][0][2] = "zz"
    identity = forge(place, body)
    try:
        with pytest.warns(RuntimeWarning, match=identity[:12]):
            assert len(list_snapshots(place)) >= len(bodies)
        assert [(one.id, "a hash" in one.reason) for one in verify(place) if one.id == identity] == [(identity, True)]
        with pytest.raises(SnapshotError, match=identity[:12]):
            describe(identity, workspace=place)
        with pytest.raises(SnapshotError, match=identity[:12]):
            collect_garbage(workspace=place)
        assert any(identity[:12] in finding.sentence for finding in look_at_snapshots(place))
    finally:
        manifest_path(place.snapshots, identity).unlink()


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("nbytes", [2**62, 2**50, 10**10])
def test_a_length_is_no_reason_to_take_memory(place, bodies, tmp_path, at, nbytes):
    """What a manifest says of a length is held against the chunks before memory is taken."""
    body = copy.deepcopy(bodies[at])
    column = next(column for column in body["columns"] if column["streams"])
    column["streams"][0][1] = nbytes
    with pytest.raises(SnapshotError, match="length"):
        load(forge(place, body), to=tmp_path / "to" if at > 2 else None, workspace=place)


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.integers(-2, 20), st.floats(), st.text(max_size=4),
    st.sampled_from(["\ud800", "..", "/", "a\0", "link"]),
    st.sampled_from(["file", "folder", "numpy", "range", "O", "<i8", "text", "ab" * 32]),
    st.lists(st.integers(0, 9), max_size=3), st.just({}), st.just({"is": "index"}), st.just([]),
)  # fmt: skip


def places_in(form, path=()):
    """Yield the path to everything in a JSON value."""
    yield path
    inner = form.items() if isinstance(form, dict) else enumerate(form) if isinstance(form, list) else ()
    for key, held in inner:
        yield from places_in(held, (*path, key))


def mutate(body, data):
    """Return *body* with one thing in it replaced, removed or doubled."""
    path = data.draw(st.sampled_from(list(places_in(body))))
    how = data.draw(st.sampled_from(["replace", "remove", "double", "swap"]))
    if not path:
        return data.draw(ODD)
    within = body
    for key in path[:-1]:
        within = within[key]
    if how == "remove":
        del within[path[-1]]
    elif how == "double" and isinstance(within, list):
        within.insert(path[-1], copy.deepcopy(within[path[-1]]))
    elif how == "swap" and isinstance(within, list):
        within.reverse()
    else:
        within[path[-1]] = data.draw(ODD)
    return body


def answers(verb):
    """Whether a verb gives an answer; it may also raise a `SnapshotError`, and nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            verb()
        except SnapshotError:
            return False
    return True


@given(st.data())
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_a_manifest_says_every_verb_answers(place, bodies, data):
    """However a sound manifest is altered, every verb does what it does, or says in a sentence what is wrong."""
    body = copy.deepcopy(data.draw(st.sampled_from(bodies)))
    for _ in range(data.draw(st.integers(1, 3))):
        if isinstance(body, dict) and body:
            body = mutate(body, data)
    identity = forge(place, body)
    to = place.root.parent / "to"
    try:
        assert answers(lambda: list_snapshots(place))
        assert answers(lambda: verify(place))
        assert answers(lambda: list(look_at_snapshots(place)))
        answers(lambda: describe(identity, workspace=place))
        answers(lambda: load(identity, workspace=place))
        answers(lambda: load(identity, to=to, workspace=place))
        answers(lambda: collect_garbage(workspace=place))
    finally:
        if identity not in {id_of(_encoded(one)) for one in bodies}:
            manifest_path(place.snapshots, identity).unlink(missing_ok=True)
        shutil.rmtree(to, ignore_errors=True)
        Path(to).unlink(missing_ok=True)
        (place.snapshots / "names.jsonl").write_bytes(b"")


def _encoded(body):
    return json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
