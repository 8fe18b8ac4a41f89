"""The hash tree of RFC 6962 over entries in their order, and its root.

A tree is kept as its *edge*: the roots of the full subtrees that it is made of, the widest first. That is all that is
needed to append and to know the root; everything else is computed from the hashes of the entries.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry (RFC 6962, 2.1)."""
    return hashlib.sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees."""
    return hashlib.sha256(_NODE + left + right).digest()


def grown(size: int, edge: Sequence[bytes], leaves: Iterable[bytes]) -> tuple[int, list[bytes]]:
    """Return size and edge of a tree after more leaves.

    Args:
        size: entries so far.
        edge: roots of its full subtrees, the widest first.
        leaves: hashes of the entries that come.
    """
    kept = list(edge)
    for leaf in leaves:
        kept.append(leaf)
        # Each one bit at the end of the size is a subtree that is full now.
        full = size
        while full & 1:
            right = kept.pop()
            kept[-1] = node_hash(kept[-1], right)
            full >>= 1
        size += 1
    return size, kept


def root_of(edge: Sequence[bytes]) -> bytes:
    """Return the root of a tree by its edge."""
    if not edge:
        return EMPTY_ROOT
    *rest, root = edge
    for left in reversed(rest):
        root = node_hash(left, root)
    return root


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over the hashes of entries."""
    return root_of(grown(0, (), leaves)[1])
