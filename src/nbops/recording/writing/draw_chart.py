"""Pictures of Vega-Lite charts, drawn in the recorder's process where `vl-convert-python` is installed."""

from __future__ import annotations

import importlib.util
import logging

CHART = ".vl.json"
_log = logging.getLogger("nbops.recorder")


def draw_chart(specification: bytes) -> bytes | None:
    """Return a Vega-Lite specification as PNG; None where nothing here can draw it. Nothing is fetched for it."""
    if importlib.util.find_spec("vl_convert") is None:
        return None
    import vl_convert

    try:
        picture: bytes = vl_convert.vegalite_to_png(specification.decode(), scale=2, allowed_base_urls=[])
    except Exception:  # noqa: BLE001 # whatever JavaScript says; the specification itself is recorded
        _log.warning("a chart cannot be drawn", exc_info=True)
        return None
    return picture
