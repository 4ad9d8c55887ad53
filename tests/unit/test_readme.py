"""The README says what is there: every setting, every field of a round, and only paths that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_environment_variable_is_documented() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "quiz_app/config").glob("*.py"))
    read = set(re.findall(r'environment(?:\.get\(|, )"([A-Z_]+)"', source))
    assert len(read) >= 12
    section = README.partition("## Settings")[2]
    documented = {
        name for row in re.findall(r"^\| (`.*?) \|", section, re.M) for name in re.findall("`([A-Z_]+)`", row)
    }
    assert documented == read


def test_every_field_of_a_round_is_documented() -> None:
    source = (ROOT / "quiz_app/services/definitions/rounds.py").read_text(encoding="utf-8")
    fields = set(re.findall(r'(?:entry\.\w+|_find_hundredths|read_moment)\((?:entry, )?"([a-z_]+)"', source))
    fields |= {
        "is_ranked",
        "is_ranking_public",
        "shows_provisional_ranking",
        "rank_by",
        "excluded_roles",
        "gives_certificate",
    }
    assert len(fields) >= 15
    section = README.partition("## A contest of your own")[2]
    missing = {field for field in fields if f"`{field}`" not in section}
    assert not missing


def test_paths_of_the_table_exist() -> None:
    table = README.partition("## Where does X live?")[2].partition("### The house")[0]
    paths = [path for path in re.findall(r"`([\w/.*-]+/[\w/.*-]*)`", table) if "<" not in path]
    assert len(paths) >= 15
    for path in paths:
        assert list(ROOT.glob(path.rstrip("/"))), path
