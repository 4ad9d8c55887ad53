"""A GIFT file cut into questions: by empty lines, with comments and categories set apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from question_bank.readers.opening import TOO_MANY_QUESTIONS, WrongFile

_CATEGORY = "$CATEGORY:"
_ESCAPED = re.compile(r"\\.")
_CONTINUES = ("=", "~", "#", "}")


@dataclass(slots=True)
class Block:
    """A question, or a change of category. ``line`` counts from 1."""

    line: int
    category: str | None = None
    comments: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    is_joined: bool = False
    """Whether an empty line inside its braces was passed over."""

    @property
    def text(self) -> str:
        """The lines of the question itself."""
        return "\n".join(self.lines).strip()


def split_blocks(text: str, most: int) -> list[Block]:
    """The blocks in order. Raises WrongFile for more than ``most`` questions, or as many categories."""
    blocks: list[Block] = []
    counts = {True: 0, False: 0}
    for block in _walk(text.split("\n")):
        blocks.append(block)
        counts[block.category is None] += 1
        if max(counts.values()) > most:
            raise WrongFile(TOO_MANY_QUESTIONS)
    return blocks


def _walk(lines: list[str]) -> Iterator[Block]:
    # Comments may stand before the question that they belong to, or in it; an empty line ends both.
    comments: list[str] = []
    block: Block | None = None
    depth = 0
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if not stripped:
            if block and depth > 0 and _continues(lines, number):
                block.is_joined = True
                continue
            if block:
                yield block
            block, comments, depth = None, [], 0
        elif stripped.startswith("//"):
            (block.comments if block else comments).append(stripped[2:])
        elif stripped.startswith(_CATEGORY) and (block is None or depth == 0):
            if block:
                yield block
            yield Block(number, stripped[len(_CATEGORY) :].strip())
            block, comments, depth = None, [], 0
        else:
            block = block or Block(number, comments=comments)
            block.lines.append(line)
            if "{" in line or "}" in line:
                plain = _ESCAPED.sub("", line) if "\\" in line else line
                depth += plain.count("{") - plain.count("}")
    if block:
        yield block


def _continues(lines: list[str], position: int) -> bool:
    """Whether what follows the empty line can only be more answers: the braces are open and a mark of answers comes."""
    for line in lines[position : position + 5]:
        if line.strip() and not line.strip().startswith("//"):
            return line.strip().startswith(_CONTINUES)
    return False
