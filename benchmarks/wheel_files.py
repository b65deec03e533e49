"""Real data that lie inside wheels on PyPI: fetched with pip into a temporary folder, read from the zip, never kept."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

FOLDER = Path(tempfile.gettempdir()) / "nbops-wheels"
VERSIONS = {"nannyml": "0.13.1", "popmon": "1.4.12", "ISLP": "0.6.0"}


def read_wheel(package: str, file: str) -> io.BytesIO:
    """Return *file* of the wheel of *package*."""
    FOLDER.mkdir(exist_ok=True)

    def found() -> list[Path]:
        return sorted(FOLDER.glob(f"{package.lower()}-{VERSIONS[package]}-*.whl"))

    if not found():
        call = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*call, "-d", FOLDER, f"{package}=={VERSIONS[package]}"], check=True, capture_output=True)
    with zipfile.ZipFile(found()[0]) as archive:
        return io.BytesIO(archive.read(file))


def measured(name: str) -> Path | None:
    """Return a file that is for measuring only, from the folder that NBOPS_DATA names; None where it is not."""
    path = Path(os.environ.get("NBOPS_DATA") or Path(__file__).parents[1] / ".." / "shared" / "data") / name
    return path if path.is_file() else None
