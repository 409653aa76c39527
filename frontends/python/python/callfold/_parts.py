"""What the workers of Spark and Ray run: parts of a log in, and calls out, as batches of Arrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from ._native import Folder, keyed

_COLUMNS: list[tuple[str, pa.DataType, bool]] = [
    ("call", pa.string(), True),
    ("path", pa.string(), True),
    ("record", pa.int64(), True),
    ("sort", pa.int64(), True),
    ("text", pa.string(), False),
    ("home", pa.int32(), False),
]

PARTS = pa.schema([pa.field(name, of, nullable) for name, of, nullable in _COLUMNS])
"""The parts of a log: each is about one call, or about none."""

FOLDED = Folder("events").finish().schema
"""The calls: a row for each, with lists of its operations, participants and findings. A row without a call has findings only."""

HOME = "home"
"""The column by which parts are spread: all parts of a call have the same number, and what names no call goes anywhere."""

ORDER = ["call", "path", "sort", "text"]
"""The order in which the parts are replayed."""

TABLES = ("calls", "operations", "participants", "findings")


def split(batches: Iterable[pa.RecordBatch], format: str) -> Iterator[pa.RecordBatch]:
    """The parts of records."""
    for batch in batches:
        yield keyed(batch, format)


def fold(batches: Iterable[pa.RecordBatch], format: str) -> Iterator[pa.RecordBatch]:
    """The calls of parts. All parts of a call come one after the other, in their order."""
    folder = Folder(format)
    for batch in batches:
        yield folder.feed(batch)
    yield folder.finish()
