"""`python -m nbops.cli`."""

from __future__ import annotations

from nbops.cli import main

main(prog_name="nbops")
