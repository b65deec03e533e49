"""The shared store as one workspace sees it. What never changes is kept in the workspace's folder."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import uuid4

from nbops.addresses import without_credentials
from nbops.errors import SnapshotError
from nbops.settings import read_settings
from nbops.snapshots.manifest import Manifest, id_of, manifest_path, parse_manifest, read_manifest
from nbops.snapshots.names import Taken, encode_taken, is_id, log_path, parse_taken
from nbops.snapshots.shared.remote_shelf import RemoteShelf
from nbops.snapshots.shared.store import CONDEMNED, MANIFESTS, NAMES, Store, folder_of, open_store
from nbops.workspace import write_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from nbops.workspace import Workspace

_FOLDER, _UPLOADED, _OWNER = "remote", "uploaded", "workspace"
_SUFFIX = ".json"


class Remote:
    """One shared store and what is known of it here. Made without asking anybody; the store is opened at first use.

    Objects in the store:

        packs/*.pack                      chunks, exactly as in a workspace
        manifests/ID.json                 the snapshots; one is there when all its chunks are
        names/WORKSPACE/ID-TIME-HASH.json  who took which snapshot, when and under which name
        condemned/…                       marks on what nobody needed when garbage was last collected

    Attributes:
        shown: Its URL, without credentials.
        snapshots: The workspace's own snapshots folder.
        folder: Where copies of manifests, names and indexes lie.
    """

    def __init__(self, url: str, workspace: Workspace) -> None:
        self.shown = without_credentials(url).rstrip("/")
        self.snapshots = workspace.snapshots
        self.folder = self.snapshots / _FOLDER / sha256(self.shown.encode()).hexdigest()[:12]
        self._url, self._workspace = url, workspace

    @cached_property
    def store(self) -> Store:
        """The store itself."""
        return open_store(self._url, self._workspace)

    @cached_property
    def shelf(self) -> RemoteShelf:
        """Its packs, as they were at the last `refresh`."""
        return RemoteShelf(self.store, self.folder / "packs")

    @cached_property
    def owner(self) -> str:
        """Name of this workspace in the store; made at first use. A copied workspace has it too."""
        path = self.snapshots / _FOLDER / _OWNER
        if not path.exists():
            made = path.with_name(uuid4().hex)
            write_file(made, made.name.encode(), durable=True)
            try:
                path.hardlink_to(made)
            except FileExistsError:  # of two that make it at once, one wins
                pass
            except OSError:  # a file system without hard links
                made.replace(path)
            made.unlink(missing_ok=True)
        return path.read_text(encoding="ascii")

    def ids(self) -> set[str]:
        """Return the ids of all snapshots in the store."""
        return {_stem(name) for name in self.store.names(MANIFESTS) if is_id(_stem(name))}

    def condemned(self) -> set[str]:
        """Return the names of the objects that carry a mark."""
        return {name.partition("/")[2] for name in self.store.names(CONDEMNED)}

    def taken(self) -> list[Taken]:
        """Return what all workspaces took, oldest first."""
        listed = [name for name in self.store.names(NAMES) if name.endswith(_SUFFIX)]
        path = log_path(self.folder)
        known: dict[str, Taken] = {}
        with suppress(OSError):
            for line in path.read_bytes().splitlines():
                where, _, rest = line.partition(b" ")
                if (taken := parse_taken(rest)) is not None:
                    known[where.decode()] = taken
        new = {name: parse_taken(content) for name, content in self._missing(listed, known).items()}
        if new:
            known |= {name: taken for name, taken in new.items() if taken is not None}
            lines = [name.encode() + b" " + encode_taken(taken) + b"\n" for name, taken in known.items()]
            with suppress(OSError):
                write_file(path, b"".join(lines))
        return sorted((known[name] for name in listed if name in known), key=lambda taken: taken.time)

    def manifest(self, snapshot_id: str, *, trusting: bool = True) -> Manifest:
        """Return a manifest; with *trusting*, the copy kept here may do.

        Raises:
            SnapshotError: It is missing or damaged.
            SnapshotStoreAway: The store does not answer.
        """
        if trusting:
            with suppress(SnapshotError):
                return read_manifest(self.folder, snapshot_id)
        encoded = self.store.read(f"{MANIFESTS}/{snapshot_id}{_SUFFIX}")
        if id_of(encoded) != snapshot_id:
            raise SnapshotError(
                f"the manifest of snapshot {snapshot_id[:12]} in {self.shown} is damaged: its hash does not match"
            )
        self._keep(snapshot_id, encoded)
        return parse_manifest(encoded)

    def bring(self, ids: Iterable[str]) -> None:
        """Copy manifests here, many at once; those that are damaged stay where they are."""
        wanted = [f"{MANIFESTS}/{one}{_SUFFIX}" for one in ids if not manifest_path(self.folder, one).exists()]
        for name, encoded in self.store.read_many(wanted).items():
            if id_of(encoded) == _stem(name):
                self._keep(_stem(name), encoded)

    def uploaded(self) -> set[str]:
        """Return the names of the objects below `names/` that this workspace wrote to the store."""
        try:
            return set((self.folder / _UPLOADED).read_text(encoding="ascii").splitlines())
        except FileNotFoundError:
            return set()

    def note_uploaded(self, name: str) -> None:
        """Remember that `names/…` was written; where that cannot be, it is written again one day."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with suppress(OSError), (self.folder / _UPLOADED).open("a", encoding="ascii") as file:
            file.write(f"{name}\n")

    def forget_uploaded(self, names: AbstractSet[str] | None = None) -> None:
        """Let the next upload look at these objects again; at all, where none are given."""
        left = self.uploaded() - names if names is not None else set()
        write_file(self.folder / _UPLOADED, "".join(f"{name}\n" for name in sorted(left)).encode())

    def object_of(self, taken: Taken) -> str:
        """Return the name of the object that says that this workspace took a snapshot."""
        proof = sha256(encode_taken(taken)).hexdigest()[:8]
        return f"{NAMES}/{self.owner}/{taken.id}-{int(taken.time * 1e6)}-{proof}{_SUFFIX}"

    @staticmethod
    def parts_of(name: str) -> tuple[str, float]:
        """Return the id and the time that the name of an object below `names/` is made of; time 0 of any other."""
        snapshot_id, _, rest = _stem(name).partition("-")
        time = rest.partition("-")[0]
        return snapshot_id, int(time) / 1e6 if time.isdecimal() else 0.0

    def _missing(self, listed: list[str], known: dict[str, Taken]) -> dict[str, bytes]:
        return self.store.read_many([name for name in listed if name not in known])

    def _keep(self, snapshot_id: str, encoded: bytes) -> None:
        with suppress(OSError):
            write_file(manifest_path(self.folder, snapshot_id), encoded)


def open_remote(workspace: Workspace) -> Remote | None:
    """Return the shared store that the settings of *workspace* name, or None; it is not asked anything yet."""
    url = read_settings(workspace.project)[0].snapshots
    if not url or ((folder := folder_of(url, workspace)) and folder.absolute() == workspace.snapshots.absolute()):
        return None
    return Remote(url, workspace)


def _stem(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(_SUFFIX)
