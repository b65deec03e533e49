"""No spelling of a secret reaches a checkpoint."""

from __future__ import annotations

import time

import pytest

from nbops.capture.checkpoints.blobs import Refused, write_blob

SECRET = "hunter2-zebra-9918\nMIIEqqqLINE2yy"
LINE = "hunter2-zebra-9918"
SPELLED = {
    "line": LINE.encode(),
    "short line": b"MIIEqqqLINE2yy",
    "utf-16-be": LINE.encode("utf-16-be"),
    "utf-32-le": LINE.encode("utf-32-le"),
    "utf-32-be": LINE.encode("utf-32-be"),
    "hex": LINE.encode().hex().encode(),
    "backwards": LINE[::-1].encode(),
    "capitals": LINE.upper().encode(),
}


@pytest.mark.parametrize("spelling", SPELLED)
def test_no_spelling_of_a_secret_is_written(tmp_path, spelling):
    """Lines, other encodings, hexadecimal, backwards and capitals are found; nothing is left behind."""
    with pytest.raises(Refused, match="secret"):
        write_blob(
            tmp_path,
            lambda sink: sink.write(b"before " + SPELLED[spelling] + b" after"),
            limit=1000,
            deadline=time.perf_counter() + 60,
            secrets=[SECRET],
        )
    assert not list((tmp_path / "blobs").iterdir())
