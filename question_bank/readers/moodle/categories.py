"""Moodle's categories and our topics.

A category is a path: ``$course$/top/Cải cách hành chính/Thể chế``. The part in dollar signs says whose it is and "top"
stands above all; a slash inside a name is doubled. The last name is the topic.
"""

from __future__ import annotations

import re

_SLASH = re.compile(r"(?<!/)/(?!/)")
_OWNER = re.compile(r"\$\w+\$")


def split_category(path: str) -> tuple[str, ...]:
    """The names in a path, without owner and top."""
    names = [name.replace("//", "/").strip() for name in _SLASH.split(path.strip())]
    if names and _OWNER.fullmatch(names[0]):
        names = names[1:]
    if names and names[0] == "top":
        names = names[1:]
    return tuple(name for name in names if name)


def find_topic(path: str) -> str:
    """The topic that a category stands for; empty for the top of all."""
    return (split_category(path) or ("",))[-1]


def make_category(topic: str) -> str:
    """The path of the category for a topic, such that ``find_topic`` finds it again where a path can say it at all."""
    return "$course$/top" + ("/" + " ".join(topic.split()).replace("/", "//") if topic.strip() else "")
