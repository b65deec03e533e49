"""`%%track` is rewritten, everything else stays as it is."""

from __future__ import annotations

import pytest

from nbops.magics.cell_to_line import cell_to_line


def _rewritten(cell: str) -> str:
    return "".join(cell_to_line(cell.splitlines(keepends=True)))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%%track\nC = 1\n", "%track\nC = 1\n"),
        ("%%track base --params a,b\nC = 1\n", "%track base --params a,b\nC = 1\n"),
        ("%%track", "%track\n"),
        ("%%track 12\nC = 1\n", "%track --cell 12\nC = 1\n"),
        ("%%track last\nC = 1\n", "%track --cell last\nC = 1\n"),
        ("%track\nC = 1\n", "%track\nC = 1\n"),
    ],
)
def test_a_leading_cell_magic_becomes_a_line_magic(cell, expected):
    """The cell keeps its lines where they are, so tracebacks point at them."""
    assert _rewritten(cell) == expected


@pytest.mark.parametrize("wrapper", ["time", "capture out", "prun -q"])
@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize("track", ["%%track", "%track"])
def test_wrappers_stack_in_either_order(wrapper, order, track):
    """`%%time` and the like keep the body; `%track` runs before them."""
    heads = [track, f"%%{wrapper}"] if order == "after" else [f"%%{wrapper}", track]
    lines = _rewritten("\n".join([*heads, "C = 1\n"])).splitlines()
    name, _, line = wrapper.partition(" ")
    assert lines[0] == "%track"
    assert lines[1:] == [f"get_ipython().run_cell_magic({name!r}, {line!r}, 'C = 1\\n')"]


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "C = 1\n%%track\n",
        "%%track?\n",
        "%%tracker\nC = 1\n",
        "%%bash\n%%track\n",
        "%%time\nC = 1\n",
        "%%timeit\n%%track\nC = 1\n",
        "%trackback\n",
    ],
)
def test_other_cells_stay_as_they_are(cell):
    """Help, other magics and cells of other languages are none of our business."""
    assert _rewritten(cell) == cell
