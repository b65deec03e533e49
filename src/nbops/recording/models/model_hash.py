"""What a logged model's files are, as one hash, so that whoever loads them knows that they are still the same."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

HASH_TAG = "nbops.model_sha256"
"""Tag of MLflow's logged model: `model_hash` of its files, from before they left the recorder."""
_DESCRIPTION = "MLmodel"
_OTHERS = {_DESCRIPTION, "environment_variables.txt", "registered_model_meta"}
"""What MLflow writes, or writes again, after a model was saved. Of these only the flavours decide what is run."""


def model_hash(folder: Path) -> str:
    """Return the SHA-256 of a saved MLflow model, 64 hexadecimal digits.

    It covers names and bytes of all files, and from the description what decides how they are loaded, the flavours.
    What MLflow adds there later (sizes, ids, names of environment variables) it does not cover.

    Raises:
        OSError: A file cannot be read.
        ValueError: There is no description, or a file is no file.
    """
    from mlflow.models import Model

    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise ValueError(f"{name} is a link")
        if path.is_file() and name not in _OTHERS:
            _add(digest, name, path.read_bytes())
    try:
        flavors = Model.load(str(folder / _DESCRIPTION)).flavors
    except Exception as error:
        raise ValueError(f"its description cannot be read: {error}") from error
    _add(digest, _DESCRIPTION, json.dumps(flavors, sort_keys=True, default=str).encode())
    return digest.hexdigest()


def _add(digest: hashlib._Hash, name: str, content: bytes) -> None:
    digest.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(content).digest())
