"""MinHash signatures of entries: which of thousands may be alike, without reading their texts.

Made by rensa (Rust, no dependencies, half a megabyte; 128 values of a text of 5,000 words in some milliseconds).
datasketch gives the same but asks for SciPy, 35 MB that nothing else here needs.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Sequence
from operator import eq

from rensa import RMinHash

VALUES = 128
SEED = 42
SCHEME = 1
"""Rises with anything that changes the values (runs, seed, library): signatures of another scheme are not compared."""
_HEAD = struct.Struct("<BI")
LEAST_LIKELY = 0.10
"""Estimated share of the smaller text from which two are looked at word by word. With 128 values an estimate is off by
a few hundredths, so this stands below the share that is reported."""


def make_signature(runs: Iterable[str]) -> bytes:
    """The signature of a text: scheme, number of its runs, values."""
    known = list(runs)
    minhash = RMinHash(num_perm=VALUES, seed=SEED)
    minhash.update(known)
    return _HEAD.pack(SCHEME, len(known)) + array("I", minhash.digest()).tobytes()


def find_likely(signature: bytes, others: Sequence[bytes], *, most: int) -> list[int]:
    """The places of the signatures that may be like this one, the likest first.

    MinHash estimates the share of common runs in both texts together; from it and the two numbers of runs follows how
    many are common, and that is set against the smaller text: one that stands whole in another of ten times its length
    is found. The more the lengths differ, the more is left to chance.
    """
    scheme, size, values = _read(signature)
    found: list[tuple[float, int]] = []
    for place, other in enumerate(others):
        other_scheme, other_size, other_values = _read(other)
        if other_scheme != scheme or not size or not other_size:
            continue
        equal = sum(map(eq, values, other_values))
        if not equal:
            continue
        jaccard = equal / VALUES
        share = jaccard * (size + other_size) / (1 + jaccard) / min(size, other_size)
        if share >= LEAST_LIKELY:
            found.append((min(share, 1.0), place))
    return [place for _, place in sorted(found, reverse=True)[:most]]


def _read(signature: bytes) -> tuple[int, int, array[int]]:
    scheme, size = _HEAD.unpack_from(signature)
    values = array("I")
    values.frombytes(signature[_HEAD.size :])
    return scheme, size, values
