"""Documents as files, so that the read model may be deleted without losing one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from nbops.recording.run import Json
from nbops.workspace import Workspace, write_file

Document = tuple[str, str, float, str]


def keep_document(workspace: Workspace, document: Document) -> None:
    """Write a document (`kind, key, updated, body as JSON`) to its file."""
    kind, key, updated, body = document
    content = json.dumps({"kind": kind, "key": key, "updated": updated, "body": json.loads(body)}, ensure_ascii=False)
    write_file(_path(workspace, kind, key), content.encode())


def drop_document(workspace: Workspace, kind: str, key: str) -> None:
    """Remove a document's file."""
    _path(workspace, kind, key).unlink(missing_ok=True)


def kept_documents(workspace: Workspace) -> Iterator[Document]:
    """Yield every document that lies in files; unreadable ones are passed over."""
    for path in sorted((workspace.root / "documents").glob("*/*.json")):
        try:
            item: Json = json.loads(path.read_bytes())
            yield item["kind"], item["key"], item["updated"], json.dumps(item["body"], ensure_ascii=False)
        except (OSError, ValueError, KeyError, TypeError):
            continue


def _path(workspace: Workspace, kind: str, key: str) -> Path:
    # The key is anybody's text; its hash is a file name everywhere.
    return workspace.root / "documents" / kind / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"
