"""Let the kernel that a manager is going to start be a warm one."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from nbops.capture.surroundings.frontend import PIPELINE_SPEC
from nbops.pipelines.running.warm.imports_of import imports_of
from nbops.pipelines.running.warm.note_kind import ASKED_FOR, COLD, note_kind
from nbops.pipelines.running.warm.unsafe import unsafe_platform

if TYPE_CHECKING:
    from nbformat import NotebookNode


def attach(manager: Any, notebook: NotebookNode, supervision: Any, kernel: str) -> None:
    """Give *manager* a provisioner that forks the kernel for *notebook*, where that is safe; the run's tags say which.

    Args:
        manager: A `jupyter_client` kernel manager that has not started its kernel.
        notebook: What it imports at top level is there already when the kernel starts.
        supervision: Of the run.
        kernel: `warm` or `cold`.
    """
    note = note_kind(supervision.spec, supervision.environment[PIPELINE_SPEC])
    reason = ASKED_FOR if kernel == "cold" else _reason(manager.kernel_spec) or unsafe_platform()
    if reason:
        note(COLD + reason)
        return
    from nbops.pipelines.running.warm.provisioner import WarmProvisioner

    manager.kernel_id = manager.kernel_id or str(uuid.uuid4())
    provisioner = WarmProvisioner(kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager)
    provisioner.imports = imports_of(cell.source for cell in notebook.cells if cell.cell_type == "code")
    provisioner.on_kind = note
    manager.provisioner = provisioner


def _reason(specification: Any) -> str:
    own = (specification.metadata or {}).get("kernel_provisioner")
    if own:
        return f"the kernel has a provisioner of its own ({own.get('provisioner_name')})"
    if (specification.language or "").lower() != "python":
        return f"{specification.display_name} is not a Python kernel"
    return ""
