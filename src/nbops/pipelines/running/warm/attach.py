"""Let the kernel that a manager is going to start be a warm one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from nbops.pipelines.running.warm.imports_of import imports_of


def attach(manager: Any, sources: Iterable[str], on_kind: Callable[[str], None] | None = None) -> None:
    """Give *manager* a provisioner that forks the kernel for a notebook, where that is safe.

    Args:
        manager: A `jupyter_client` kernel manager that has not started its kernel.
        sources: The notebook's code cells, in order: what they import is there already when the kernel starts.
        on_kind: Called with `warm`, or with `cold: ` and the reason, as soon as the kernel has been started.
    """
    from nbops.pipelines.running.warm.unsafe import unsafe_platform

    tell = on_kind or (lambda _: None)
    specification = manager.kernel_spec
    own = (specification.metadata or {}).get("kernel_provisioner")
    if own:
        tell(f"cold: the kernel has a provisioner of its own ({own.get('provisioner_name')})")
    elif (specification.language or "").lower() != "python":
        tell(f"cold: {specification.display_name} is not a Python kernel")
    elif reason := unsafe_platform():
        tell(f"cold: {reason}")
    else:
        from nbops.pipelines.running.warm.provisioner import WarmProvisioner

        manager.kernel_id = manager.kernel_id or str(uuid.uuid4())
        provisioner = WarmProvisioner(kernel_id=manager.kernel_id, kernel_spec=specification, parent=manager)
        provisioner.imports, provisioner.on_kind = imports_of(sources), on_kind
        manager.provisioner = provisioner
