"""Damage is told with whom it hurts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbops.recording.delete_run import delete_run
from nbops.recording.verify_snapshots import verify_snapshots
from nbops.snapshots import snapshot


def test_a_flipped_bit_names_snapshots_and_runs(stored_workspace, writer):
    """One bit in a column that two snapshots share hurts both, with their names, and all runs that read them."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"shared": rng.normal(size=50_000)})
    one = snapshot(frame, "one")
    (pack,) = (stored_workspace.snapshots / "packs").glob("*.pack")
    other = snapshot(frame.assign(own=rng.normal(size=50_000)), "other")
    snapshot(frame, "also one")
    sound = snapshot(pd.DataFrame({"x": rng.normal(size=1000)}), "sound")

    def reads(taken):
        return ({"name": "train", "role": "", "snapshot": taken.id, "rows": 1, "columns": {}},)

    first, second = writer.run("first", datasets=reads(one)), writer.run("second", datasets=reads(one))
    third = writer.run("third", datasets=reads(sound))
    delete_run(second)
    assert verify_snapshots() == []
    content = bytearray(pack.read_bytes())
    content[100_000] ^= 0b100
    pack.chmod(0o644)
    pack.write_bytes(content)
    losses = {loss.id: loss for loss in verify_snapshots()}
    assert set(losses) == {one.id, other.id}
    assert losses[one.id].names == ("also one", "one")
    assert [run.id for run in losses[one.id].runs] == [second, first]
    assert third not in [run.id for loss in losses.values() for run in loss.runs]
    assert losses[other.id].runs == ()
    assert "column 'shared'" in losses[one.id].reason
    assert pack.name in losses[one.id].reason
