"""A standing monitor of one version of a model on one source of data."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbops.errors import ConfigError, NotFound, ProfileError, WatchNotFound
from nbops.profiles.profile import Profile
from nbops.workspace import open_workspace, write_file

if TYPE_CHECKING:
    from pathlib import Path

    from nbops.monitoring.judging.report import DriftReport
    from nbops.workspace import Workspace

_NAME = re.compile(r"[\w][\w .@+\-]{0,99}")


@dataclass(frozen=True, slots=True)
class Watch:
    """What is watched, and against what.

    Attributes:
        name: Of the watch.
        model: Of the registered model.
        version: Its number.
        alias: By which the version was named, or None.
        reference: Profile that current data are held against.
        workspace: Where reports are kept.
    """

    name: str
    model: str
    version: int
    alias: str | None
    reference: Profile = field(repr=False)
    workspace: Workspace = field(repr=False)

    def observe(self, frame: Any, label: str | None = None, *, alpha: float = 0.05) -> DriftReport:
        """Hold *frame* against the reference and keep the report; see `nbops.monitoring.watching.observe`.

        Messages to the routes of the project, if it has any, leave from a thread.
        """
        from nbops.monitoring.watching.observe import observe
        from nbops.monitoring.watching.send_soon import send_soon

        report = observe(self, frame, label, alpha=alpha)
        send_soon(self.workspace)
        return report


def watch(
    model: str,
    reference: Any = None,
    *,
    name: str | None = None,
    version: int | str | None = None,
    workspace: Workspace | str | Path | None = None,
) -> Watch:
    """Watch one version of a model from now on.

    Args:
        model: `NAME@alias`, `NAME/3`, or `NAME` (what `champion` points to, else the newest version).
        reference: Healthy data with the columns that will be watched: a profile with windows of time (best), frame,
            snapshot or file. None continues the watch of that name with the reference it has.
        name: Of the watch; the model's name if omitted.
        version: Number or alias, where *model* is only a name.
        workspace: Default: the one of the current directory.

    Raises:
        VersionNotFound: No such model or version.
        AliasNotFound: The model has no such alias.
        ConfigError: The name of the watch holds characters that a file name cannot.
        NotFound: There is no such watch to continue.
        ProfileError: The reference is no dataset, or an empty one.
    """
    from nbops.monitoring.judging.drift import profile_reference
    from nbops.recording.folding.read_model import ReadModel

    place = _opened(workspace)
    store, found, alias = _resolve(place, model, version)
    name = name or found
    if not _NAME.fullmatch(name):
        raise ConfigError(f"{name!r} cannot be the name of a watch", hint="letters, digits, space and . _ - + @")
    path = place.root / "watches" / f"{name}.json"
    if reference is None:
        if not path.is_file():
            raise NotFound(f"there is no watch {name!r} to continue", hint=f"nbops.watch({model!r}, reference)")
        profile = Profile.from_json(path.read_bytes())
    else:
        profile = profile_reference(reference, place)
    if not profile.rows:
        raise ProfileError("the reference has no rows to compare with", hint="nbops.watch(model, reference)")
    write_file(path, profile.to_json().encode())
    documents = ReadModel(place)
    body = {
        **(documents.get("watch", name) or {"created": time.time()}),
        "name": name,
        "watch": name,
        "model": found,
        "version": store,
        "alias": alias,
        "reference": {"name": profile.name, "rows": profile.rows, "from": profile.start, "to": profile.end},
    }
    documents.put("watch", name, body)
    return Watch(name, found, store, alias, profile, place)


def continued(name: str, workspace: Workspace) -> Watch:
    """Return the watch *name* as it was last known, without asking the registry.

    Raises:
        WatchNotFound: There is none.
    """
    from nbops.recording.folding.read_model import ReadModel

    path = workspace.root / "watches" / f"{name}.json"
    body = ReadModel(workspace).get("watch", name)
    if body is None or not path.is_file():
        raise WatchNotFound(f"no watch is called {name!r}")
    alias = body.get("alias")
    return Watch(name, body["model"], int(body["version"]), alias, Profile.from_json(path.read_bytes()), workspace)


def _opened(workspace: Workspace | str | Path | None) -> Workspace:
    from nbops.workspace import Workspace

    return workspace if isinstance(workspace, Workspace) else open_workspace(workspace)


def _resolve(workspace: Workspace, model: str, version: int | str | None) -> tuple[int, str, str | None]:
    from nbops.errors import VersionNotFound
    from nbops.registry.open_registry import open_registry
    from nbops.registry.resolve import resolve

    name, mark, asked = model.partition("@") if "@" in model else model.partition("/")
    wanted: int | str | None = asked if mark else version
    registry = open_registry(workspace)
    aliases = registry.aliases(name)
    if wanted is None:
        numbers = sorted(one.version for one in registry.versions(name))
        if not numbers:
            raise VersionNotFound(
                f"there is no model {name!r}", hint=", ".join(registry.names()[:5]) or "%register NAME"
            )
        wanted = "champion" if "champion" in aliases else numbers[-1]
    found = resolve(registry, name, wanted)
    alias = str(wanted).removeprefix("@")
    return found.version, found.name, alias if alias in aliases else None
