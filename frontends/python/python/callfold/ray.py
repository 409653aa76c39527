"""Logs of any size on Ray.

    tables = callfold.ray.replay(ray.data.read_text("s3://logs/"))
    print(tables.calls.to_pandas())

Ray splits the log by call and spreads it. callfold sorts and replays each call where it is.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ._parts import FOLDED, HOME, ORDER, PARTS, TABLES, check, fold, split

if TYPE_CHECKING:
    from ray.data import Dataset

__all__ = ["Tables", "replay"]

_BUCKET = "bucket"

# A part that gives no call and no finding. Ray groups no dataset without rows, such as that of a day without calls.
_NOTHING = pa.Table.from_pylist(
    [{"part": 0, "text": "", HOME: 0, _BUCKET: 0}], PARTS.append(pa.field(_BUCKET, pa.int32()))
)


class Tables(NamedTuple):
    """The four tables of a replay, as datasets. Ray computes each anew, unless :meth:`materialize` keeps what they share."""

    calls: Dataset
    operations: Dataset
    participants: Dataset
    findings: Dataset
    folded: Dataset
    """What the four are made of: a row for each call, with its operations, participants and findings as lists."""

    def materialize(self) -> Tables:
        """Replay now, and keep the calls in the object store. The four tables then cost little."""
        return _tables(self.folded.materialize())


def replay(
    ds: Dataset,
    column: str = "text",
    *,
    format: str = "events",
    path: str | None = None,
    record: str | None = None,
    partitions: int = 64,
) -> Tables:
    """Replay a log that stands in a column.

    :param column: The column of the records, as text.
    :param format: ``events`` for lines of the event log, ``notifications`` for bodies that a bot received, with their delivery or
        without. ``callfold convert --to events`` makes an event log of any other log.
    :param path: The column with the name of the log. Logs are replayed in the order of their names.
    :param record: The column with the number of the record in its log. Without it, the events of a call are sorted by their
        revision, and bodies by the time at which they were received.
    :param partitions: The number of parts in which the calls are replayed. Each must fit into the memory of a worker.
    :raises ValueError: There is no such format. What is wrong with a record, Ray raises as its own exception.
    """
    # Ray is wanted only here: the workers import this module, too.
    from ray.data import from_arrow

    check(format)
    names = {column: "text", **({path: "path"} if path else {}), **({record: "record"} if record else {})}
    parts = ds.map_batches(partial(_split, format, names, partitions), batch_format="pyarrow")
    groups = parts.union(from_arrow(_NOTHING)).groupby(_BUCKET, num_partitions=partitions)
    return _tables(groups.map_groups(partial(_fold, format), batch_format="pyarrow"))


def _tables(folded: Dataset) -> Tables:
    calls, operations, participants, findings = (
        folded.map_batches(partial(_table, name), batch_format="pyarrow") for name in TABLES
    )
    return Tables(calls, operations, participants, findings, folded)


def _split(format: str, names: dict[str, str], partitions: int, records: pa.Table) -> pa.Table:
    # Ray also passes on tables without rows, and without columns.
    chosen = records.select(list(names)).rename_columns(list(names.values())) if records.num_rows else records
    parts = pa.Table.from_batches(split(chosen.to_batches() if records.num_rows else [], format), PARTS)
    home = parts[HOME].to_numpy() % partitions
    return parts.append_column(_BUCKET, pa.array(home, pa.int32()))


def _fold(format: str, parts: pa.Table) -> pa.Table:
    if parts.num_rows == 0:
        return FOLDED.empty_table()
    ordered = parts.sort_by([(name, "ascending") for name in ORDER])
    return pa.Table.from_batches(fold(ordered.to_batches(), format), FOLDED)


def _table(name: str, folded: pa.Table) -> pa.Table:
    folded = folded if folded.num_rows else FOLDED.empty_table()
    rows: Any = folded["call"].drop_null() if name == "calls" else pc.list_flatten(folded[name])
    return pa.Table.from_struct_array(rows)
