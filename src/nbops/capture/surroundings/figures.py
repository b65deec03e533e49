"""Figures that a cell draws: as the notebook shows them, or rendered where nothing shows them."""

from __future__ import annotations

import base64
import io
import re
import sys
import weakref
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nbops.capture.surroundings.random_state import random_state_kept
from nbops.capture.surroundings.specifications import shown_specification, specifications

_MOST = 20
_PNG = "image/png"


class FigureListener:
    """Collects the figures of one cell, as PNG.

    The inline backend renders, shows and closes figures before `post_run_cell`; what it sends is taken from there, so
    that nothing is drawn twice. Elsewhere figures that the cell made are rendered after it.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._shown: list[bytes] = []
        self._specified: list[tuple[str, Any]] = []
        self._before: weakref.WeakSet[Any] = weakref.WeakSet()
        self._ours = _publishers(shell)

    def begin(self) -> None:
        """Collect from now on."""
        for figure in _alive():
            self._before.add(figure)
        for publisher in self._ours:
            publisher.register_hook(self._take)

    def end(self) -> None:
        """Collect no more."""
        for publisher in self._ours:
            publisher.unregister_hook(self._take)

    def figures(self, touched: Iterable[str], namespace: Mapping[str, Any], result: Any) -> dict[str, bytes]:
        """Return file name → PNG of what the cell drew.

        Args:
            touched: Names that the cell reads or binds; a figure that is among them and older than the cell counts too.
            namespace: After the cell.
            result: Value of its last expression.
        """
        if self._shown:
            return {f"figure-{place}.png": content for place, content in enumerate(self._shown[:_MOST], 1)}
        if "matplotlib.figure" not in sys.modules:
            return {}
        named = {id(namespace[name]): name for name in touched if name in namespace and _is_figure(namespace[name])}
        own = [figure for figure in _alive() if figure not in self._before or id(figure) in named]
        own += [namespace[name] for name in named.values() if namespace[name] not in own and namespace[name].axes]
        own += [result] if _is_figure(result) and result not in own else []
        found: dict[str, bytes] = {}
        for place, figure in enumerate(own[:_MOST], 1):
            label = _file_name(named.get(id(figure)) or figure.get_label() or f"figure-{place}")
            found[label + ".png" if label + ".png" not in found else f"{label}-{place}.png"] = render(figure)
        return found

    def specifications(
        self, bound: Iterable[str], namespace: Mapping[str, Any], result: Any
    ) -> tuple[dict[str, bytes], list[str]]:
        """Return file name → JSON of plotly's and altair's figures, and sentences about those that are not kept."""
        if "plotly" not in sys.modules and "altair" not in sys.modules:
            return {}, []
        return specifications(bound, namespace, result, self._specified)

    def _take(self, message: dict[str, Any]) -> dict[str, Any]:
        content = message.get("content", {})
        specified = shown_specification(content.get("data") or {})
        if specified is not None and len(self._specified) < _MOST:
            self._specified.append(specified)
        shown = (
            content.get("data", {}).get(_PNG) if message.get("header", {}).get("msg_type") != "clear_output" else None
        )
        if shown is not None and len(self._shown) < _MOST:
            self._shown.append(shown if isinstance(shown, bytes) else base64.b64decode(shown))
        return message


def render(figure: Any) -> bytes:
    """Return *figure* as PNG. It stays open, and as stale or fresh as it was."""
    target = io.BytesIO()
    with random_state_kept():
        figure.canvas.print_figure(target, format="png", dpi=min(figure.dpi, 150), bbox_inches="tight")
    return target.getvalue()


def _publishers(shell: Any) -> list[Any]:
    """Return the shell's publishers that tell what they send; hooks belong to the thread that registers them."""
    publishers = (getattr(shell, "display_pub", None), getattr(shell, "displayhook", None))
    return [publisher for publisher in publishers if hasattr(publisher, "register_hook")]


def _alive() -> Iterator[Any]:
    helpers: Any = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is not None:
        for manager in helpers.Gcf.get_all_fig_managers():
            yield manager.canvas.figure


def _is_figure(value: Any) -> bool:
    module: Any = sys.modules.get("matplotlib.figure")
    return module is not None and issubclass(type(value), module.Figure)


def _file_name(label: str) -> str:
    return re.sub(r"[^\w.-]+", "-", str(label)).strip("-.")[:60] or "figure"
