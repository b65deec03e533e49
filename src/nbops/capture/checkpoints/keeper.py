"""Follows the cells of a pipeline's kernel, saves what one left behind, and puts it back."""

from __future__ import annotations

import ast
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.capture.cells.memory import Past
from nbops.capture.cells.observe import observe
from nbops.capture.cells.tracked_cell import imports_of
from nbops.capture.checkpoints.blobs import Refused, open_blob, write_blob
from nbops.capture.checkpoints.contents import contents
from nbops.capture.checkpoints.deeds import DeedListener
from nbops.capture.checkpoints.fingerprint_file import fingerprint_file
from nbops.capture.checkpoints.generators import read_generators, save_generators, set_generators
from nbops.capture.checkpoints.module_states import MODULE_CHANGED, ModuleStates, States, changed_modules
from nbops.capture.checkpoints.packages_behind import own_modules, packages_by_module, project_modules, versions_now
from nbops.capture.checkpoints.pickling import NotPicklable, get_ready, pack, unpack
from nbops.capture.checkpoints.refusals import refuse_classes, refuse_others, refuse_secrets
from nbops.capture.checkpoints.shares import HoldsSecret, together
from nbops.capture.checkpoints.variables_read import hash_variables, variables_read
from nbops.capture.code.bindings import bindings_of
from nbops.capture.code.called import last_name
from nbops.capture.code.cell_code import read_cell
from nbops.capture.code.names import names_inside, names_of
from nbops.capture.journal.records import to_json
from nbops.capture.namespace.process_state import process_state
from nbops.capture.namespace.too_much import TooMuch
from nbops.capture.secrets.redaction import is_secret_name, secrets_met
from nbops.capture.surroundings.packages import modules_used

if TYPE_CHECKING:
    from nbops.capture.journal.records import Execution

Json = dict[str, Any]
_SHORT_LOOK, _SHARE = 0.05, 0.1  # processor time: a busy machine makes nothing incomparable
_SEEDED = {"seed", "manual_seed", "default_rng", "RandomState", "Random", "PCG64", "SeedSequence", "MT19937"}


class Keeper:
    """Knows what the last cell of its shell did.

    Attributes:
        shell: The shell.
        observer: Who follows its cells.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.observer = observe(shell)
        self._deeds = DeedListener()
        self._left: dict[str, int] = process_state().generators
        self._done: tuple[str, ...] = ()
        self._modules = ModuleStates()
        self._held: States = {}
        self._changed: list[str] = []
        self._depth = 0
        tempfile.gettempdir()  # the first call in a process writes a file, which would count as the cell's
        shell.events.register("pre_run_cell", self._before)
        shell.events.register("post_run_cell", self._after)

    def forget(self) -> None:
        """Follow the shell no longer."""
        self.shell.events.unregister("pre_run_cell", self._before)
        self.shell.events.unregister("post_run_cell", self._after)

    def begin(self, _: Json) -> Json:
        """Return what holds for the whole kernel."""
        return {
            "generators": _hexadecimal(process_state().generators),
            "environment": {
                "python": sys.version,
                "platform": f"{platform.system()} {platform.machine()} {platform.release()}",
                "time zone": f"{os.environ.get('TZ', '')} {time.tzname} {time.timezone}",
                "locale": json.dumps({name: os.environ[name] for name in sorted(os.environ) if _is_locale(name)}),
                "PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED", ""),
            },
        }

    def observe(self, request: Json) -> Json:
        """Return what is now of the request's `files`, `packages`, `modules` and `variables`."""
        project = self.observer.session.workspace.project
        return {
            "files": {path: fingerprint_file(project / path) for path in request["files"]},
            "packages": versions_now(request["packages"]),
            "modules": {path: fingerprint_file(Path(path)) for path in request["modules"]},
            "variables": hash_variables(tuple(request["variables"])),
        }

    def after(self, _: Json) -> Json:
        """Return what the last cell did, as far as keys and slices need it; an empty answer where nothing is known."""
        execution = self.observer.latest
        if execution is None or not self.observer.memory.past:
            return {}
        cell, namespace = self.observer.memory.past[-1].code, self.shell.user_ns
        names = names_of(cell.tree)
        inside, written = names_inside(names.read, namespace)
        modules = imports_of(cell.tree) | modules_used({*names.read, *names.bound, *inside, *written}, namespace)
        behind = packages_by_module(modules)
        files = self._files(execution)
        variables, unnamed = variables_read(cell.code)
        own = project_modules(modules)
        deeds = [*self._done, *_unseen_deeds(files, cell.tree, namespace)]
        if own:
            deeds += [f"{MODULE_CHANGED}{name} holds" for name in self._changed]
        return {
            "execution": to_json(execution) | {"source": ""},
            "deeds": [*deeds, *(["reads environment variables that are not named"] if unnamed else [])],
            "generators": _hexadecimal(self._left),
            "files": {path: digest for path, (digest, _) in files.items()},
            "packages": {name: version for packages in behind.values() for name, version in packages.items()},
            "behind": behind,
            "modules": own,
            "own": own_modules() if own else {},
            "used": sorted(modules),
            "variables": hash_variables(variables),
            "contents": self._contents(execution),
        }

    def keep(self, request: Json) -> Json:
        """Save what the last cell left behind; answer where it lies, or why it was not saved.

        Args:
            request: `folder`; `limit` in bytes; `seconds` that it may take.
        """
        execution = self.observer.latest
        namespace = self.shell.user_ns
        get_ready()
        began = time.thread_time()
        if execution is None:
            return {"refused": "nothing is known of it"}
        changed = {*execution.changed, *execution.assumed} & namespace.keys()
        roots = set(execution.defined) & namespace.keys() | changed
        try:
            refuse_classes(changed - set(execution.defined), namespace)
            names = together(roots, namespace)
            refuse_secrets(names, execution)
            values = {name: namespace[name] for name in sorted(names)}
            own = frozenset(name for name in execution.defined if isinstance(namespace.get(name), type))
            header = save_generators()

            limit = int(request["limit"])

            def write(sink: Any) -> None:
                sink.write(header)
                pack(values, namespace, own, sink, limit)

            blob, size = write_blob(
                Path(request["folder"]),
                write,
                limit=limit,
                deadline=began + float(request["seconds"]),
                secrets=tuple(secrets_met()),
            )
        except TooMuch:
            return {"refused": "what it left behind holds too many objects"}
        except HoldsSecret as error:
            return {"refused": f"what it left behind holds a secret ({error})"}
        except (Refused, OSError) as error:
            return {"refused": str(error)}
        except NotPicklable as error:
            return {"refused": f"what it left behind cannot be saved: {error}"}
        entered = sorted(names - set(execution.defined))
        return {"blob": blob, "bytes": size, "names": sorted(names), "entered": entered}

    def restore(self, request: Json) -> Json:
        """Put back what a cell left behind, as if it had run; answer nothing, or why it could not be.

        Args:
            request: `folder`, `blob`, `names`, `entered`, `defined`, `deleted`, `generators` as they were kept;
                `source`, the cell, and `cell`, its id; `duration`, in seconds, of its execution.
        """
        namespace = self.shell.user_ns
        code = read_cell(request["source"], self.shell)
        names, entered = set(request["names"]), set(request["entered"])
        try:
            refuse_others(entered, names | set(request["defined"]) | set(request["deleted"]), namespace)
            with open_blob(Path(request["folder"]), request["blob"]) as file:
                generators = read_generators(file)
                _import(code.tree, namespace)
                values = unpack(file, namespace)
        except (TooMuch, HoldsSecret):
            return {"refused": "what is there cannot be compared with its checkpoint"}
        except Refused as error:
            return {"refused": str(error)}
        except (NotPicklable, ImportError) as error:
            return {"refused": f"its checkpoint cannot be read here: {error}"}
        namespace.update(values)
        for name in request["deleted"]:
            namespace.pop(name, None)
        set_generators(generators, request["generators"])
        self._left = process_state().generators
        self._count(code, request)
        return {"generators": _hexadecimal(self._left)}

    def tell(self, request: Json) -> Json:
        """Put the request's `tags` on the pipeline's run."""
        if self.observer.pipeline is not None:
            self.observer.pipeline.gathered.tags.update(request["tags"])
        return {}

    def _count(self, code: Any, request: Json) -> None:
        """Let what follows see the cell as one that ran: its number is taken, its literals and seeds are known."""
        observer, shell = self.observer, self.shell
        changed = frozenset(request["names"]) - frozenset(request["defined"])
        past = Past(
            observer.index, shell.execution_count, request.get("cell"), code, time.time(), float(request["duration"]),
            frozenset(request["defined"]), changed, success=True,
        )  # fmt: skip
        observer.memory.take(past, bindings_of(code.tree, frozenset(observer.memory.timers)), shell.user_ns)
        if shell.history_manager is not None:
            shell.history_manager.store_inputs(shell.execution_count, code.code, code.source)
        shell.execution_count += 1

    def _before(self, _: Any) -> None:
        self._depth += 1
        if self._depth == 1:
            self._held = self._modules.states()
            self._deeds.begin()

    def _after(self, _: Any) -> None:
        self._depth = max(0, self._depth - 1)
        if self._depth == 0:
            self._done = self._deeds.end()
            self._changed = changed_modules(self._held, self._modules.states())
            self._left = process_state().generators

    def _files(self, execution: Execution) -> dict[str, tuple[str | None, bool]]:
        """Return path → hash, and whether it changed since the cell began, of the files that it read."""
        project = self.observer.session.workspace.project
        found = {}
        for item in execution.opened:
            if item["mode"] == "r":
                path = project / item["path"]
                digest = fingerprint_file(path)
                found[item["path"]] = digest, digest is None or path.stat().st_mtime > execution.time
        workspace = self.observer.session.workspace
        for path in self._deeds.read:
            name = workspace.relative(path)
            if name not in found:
                digest = fingerprint_file(Path(path))
                found[name] = digest, digest is None or Path(path).stat().st_mtime > execution.time
        return {workspace.relative(path): (None, False) for path in self._deeds.missing} | found

    def _contents(self, execution: Execution) -> dict[str, str | None]:
        """Return name → digest of what the cell bound and changed; None for secrets, and where it takes too long."""
        namespace = self.shell.user_ns
        deadline = time.thread_time() + _SHORT_LOOK + _SHARE * execution.duration
        found: dict[str, str | None] = {}
        for name in dict.fromkeys([*execution.defined, *execution.changed, *execution.assumed]):
            if name in namespace:
                found[name] = (
                    None if _is_secret(name, namespace[name]) else contents(namespace[name], namespace, deadline)
                )
        return found


def _unseen_deeds(files: dict[str, tuple[str | None, bool]], tree: ast.Module, namespace: dict[str, Any]) -> list[str]:
    found = ["reads a file that changed meanwhile"] if any(late for _, late in files.values()) else []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and last_name(node.func) in _SEEDED:
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(isinstance(item, ast.Name) and namespace.get(item.id, 0) is None for item in given):
                return [*found, "draws from a generator that has no seed"]
    return found


def _is_locale(name: str) -> bool:
    return name in {"LANG", "LANGUAGE", "PYTHONUTF8", "PYTHONIOENCODING"} or name.startswith("LC_")


def _hexadecimal(states: dict[str, int]) -> dict[str, str]:
    return {name: f"{state & (1 << 64) - 1:016x}" for name, state in states.items()}


def _is_secret(name: str, value: Any) -> bool:
    return is_secret_name(name) or (type(value) is str and value in secrets_met())


def _import(tree: ast.Module, namespace: dict[str, Any]) -> None:
    """Execute the cell's imports: they do more than bind names."""
    lines: list[ast.stmt] = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    if lines:
        exec(compile(ast.Module(lines, []), "<imports>", "exec"), namespace)  # noqa: S102 # the notebook's own lines
