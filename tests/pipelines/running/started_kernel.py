"""Kernels started as any user of jupyter_client starts them, for the tests of this folder."""

from __future__ import annotations

import json
import os
import shutil
import time
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path

from jupyter_client import KernelManager

from nbops.pipelines.running.warm.provisioner import WarmProvisioner

NUMPY = (("numpy", ()),)


class Kernel:
    """A started kernel."""

    def __init__(self, manager, client):
        self.manager, self.client, self.provisioner = manager, client, manager.provisioner

    @property
    def kind(self):
        return self.provisioner.kind

    @property
    def pid(self):
        return self.provisioner.pid

    def value(self, code, name):
        """Run *code* and return what the variable *name* is then."""
        found = {}
        reply = self.client.execute_interactive(
            f"import json as _json\n{code}",
            user_expressions={"it": f"_json.dumps({name})"},
            timeout=60,
            output_hook=lambda message: found.setdefault("said", []).append(message["content"]),
        )
        assert reply["content"]["status"] == "ok", reply["content"]
        told = reply["content"]["user_expressions"]["it"]
        assert told["status"] == "ok", told
        return json.loads(eval(told["data"]["text/plain"]))  # a repr of our own text


@contextmanager
def kernel(environment, folder, imports=NUMPY, *, warm=True, **options):
    """Start a kernel; it is shut down in the end."""
    manager = KernelManager(kernel_name="python3", transport="ipc")
    place = Path(environment["NBOPS_WARM"]) / f"k-{uuid.uuid4().hex[:8]}"
    place.mkdir()
    manager.connection_file = str(place / "k.json")
    if warm:
        manager.kernel_id = uuid.uuid4().hex
        manager.provisioner = WarmProvisioner(
            kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager
        )
        manager.provisioner.imports = imports
    manager.start_kernel(env=dict(environment), cwd=str(folder), **options)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=not manager.is_alive())
        shutil.rmtree(place, ignore_errors=True)


def parents(environment):
    """Return the pids of the living parents of warm kernels that listen in the environment's folder."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            state = (folder / "stat").read_text().rpartition(")")[2].split()
            told = next((word for word in words if word.startswith(b'{"imports"')), b"")
            leads = int(state[3]) == int(folder.name)  # a forked kernel shows the same command
            ours = environment["NBOPS_WARM"].encode() in told
            if ours and state[0] != "Z" and leads:
                found.append(int(folder.name))
    return [pid for pid in found if parent_of(pid) not in found]


def parent_of(pid):
    """Return the pid of the process that started *pid*."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def children(pid):
    """Return pid → state of the processes that *pid* has started."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                state = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(state[1]) == pid:
                    found[int(folder.name)] = state[0]
    return found


def until(condition, seconds=15.0):
    """Wait until *condition* holds; say whether it did."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def exists(pid):
    """Say whether *pid* runs and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def environment_in(place: Path, **more):
    """Return an environment whose parents listen in *place* and end by themselves soon."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
    return kept | {"NBOPS_WARM": str(place), "NBOPS_WARM_IDLE": "30", "IPYTHONDIR": str(place / "ipython")} | more
