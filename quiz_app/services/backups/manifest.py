"""What an archive says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quiz_app.persistence.backups import CopyFailed, Figures, TableFigures

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """``members`` are size in bytes and SHA-256 of each part by its name; ``key_mark`` tells which SECRET_KEY the
    server had, and not the key itself.
    """

    made_at: datetime
    engine: str
    database: str
    migration: str
    key_mark: str
    tables: Figures
    members: Mapping[str, tuple[int, str]]

    @property
    def row_count(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables.values())


def to_text(manifest: Manifest) -> str:
    """The manifest as JSON that people can read too."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "made_at": manifest.made_at.isoformat(),
        "engine": manifest.engine,
        "database": manifest.database,
        "migration": manifest.migration,
        "key_mark": manifest.key_mark,
        "tables": {name: {"rows": table.rows, "digest": table.digest} for name, table in manifest.tables.items()},
        "members": {name: {"size": size, "sha256": digest} for name, (size, digest) in manifest.members.items()},
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def read_manifest(text: str) -> Manifest:
    """Raises CopyFailed for one that this release does not know."""
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise CopyFailed("The backup was made by another release. Install the release that made it.")
        return Manifest(
            made_at=datetime.fromisoformat(content["made_at"]),
            engine=content["engine"],
            database=content["database"],
            migration=content["migration"],
            key_mark=content["key_mark"],
            tables={name: TableFigures(entry["rows"], entry["digest"]) for name, entry in content["tables"].items()},
            members={name: (entry["size"], entry["sha256"]) for name, entry in content["members"].items()},
        )
    except (ValueError, KeyError, TypeError) as error:
        raise CopyFailed("The backup's list of contents cannot be read. Use another copy.") from error
