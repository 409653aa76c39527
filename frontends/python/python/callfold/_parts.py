"""What the workers of Spark and Ray run: parts of a log in, and calls out, as batches of Arrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from . import _native
from ._native import Folder

PARTS = _native.split(pa.record_batch({"text": pa.array([], pa.string())}), "events").schema
"""The parts of a log: each is about one call, or about none."""

FOLDED = Folder("events").finish().schema
"""The calls: a row for each, with lists of its operations, participants and findings. A row without a call has findings only."""

HOME = "home"
"""The column by which parts are spread: all parts of a call have the same number, and what names no call goes anywhere."""

ORDER = ["call", "path", "sort", "part", "text"]
"""The order in which the parts are replayed."""

TABLES = ("calls", "operations", "participants", "findings")


def check(format: str) -> None:
    """Raise where no record of this format can be replayed: here, and not on a worker.

    :raises ValueError: The format is unknown, or its records need their neighbours.
    """
    Folder(format)


def split(batches: Iterable[pa.RecordBatch], format: str) -> Iterator[pa.RecordBatch]:
    """The parts of records."""
    for batch in batches:
        yield _native.split(batch, format)


def fold(batches: Iterable[pa.RecordBatch], format: str) -> Iterator[pa.RecordBatch]:
    """The calls of parts. All parts of a call come one after the other, in their order."""
    folder = Folder(format)
    for batch in batches:
        yield folder.feed(batch)
    yield folder.finish()
