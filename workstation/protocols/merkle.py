"""The tree of hashes over an append-only log (RFC 6962, 2.1).

A `Frontier` keeps only the roots of the complete subtrees, so that a log whose old
leaves were handed over can still grow and be signed.
"""

import hashlib

from attrs import frozen


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


@frozen
class Frontier:
    """`size` leaves, as the roots of their complete subtrees, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def add(self, leaf: bytes) -> "Frontier":
        peaks, carried, size = list(self.peaks), leaf_hash(leaf), self.size
        while size & 1:  # a full subtree of the same height stands to the left: join them
            carried = node_hash(peaks.pop(), carried)
            size >>= 1
        return Frontier(self.size + 1, (*peaks, carried))

    @property
    def root(self) -> bytes:
        """MTH of RFC 6962; that of an empty log is the hash of nothing."""
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root

    @property
    def consistent(self) -> bool:
        """Whether a frontier from outside can be one: a peak for each bit of its size."""
        sound = all(len(peak) == hashlib.sha256().digest_size for peak in self.peaks)
        return self.size >= 0 and self.size.bit_count() == len(self.peaks) and sound
