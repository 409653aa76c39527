"""Logs of any size on Spark.

    tables = callfold.spark.replay(spark.read.text("s3://logs/*.jsonl"))
    tables.calls.groupBy("state").count().show()

Spark splits the log by call and sorts each call. callfold replays each call where it is.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import pyarrow as pa
from pyspark.sql import functions as F

from ._parts import FOLDED, HOME, ORDER, PARTS, TABLES, check, fold, split

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.streaming.state import GroupState

__all__ = ["Tables", "replay", "stream", "tables"]


class Tables(NamedTuple):
    """The four tables of a replay, as DataFrames. Spark computes each anew, unless :attr:`folded` is kept with ``persist()``."""

    calls: DataFrame
    operations: DataFrame
    participants: DataFrame
    findings: DataFrame
    folded: DataFrame
    """What the four are made of: a row for each call, with its operations, participants and findings as lists."""


def replay(
    df: DataFrame,
    column: str = "value",
    *,
    format: str = "events",
    path: str | None = None,
    record: str | None = None,
    partitions: int | None = None,
) -> Tables:
    """Replay a log that stands in a column.

    :param column: The column of the records: text, or JSON in a binary column.
    :param format: ``events`` for lines of the event log, ``notifications`` for bodies that a bot received, with their delivery or
        without. ``callfold convert --to events`` makes an event log of any other log.
    :param path: The column with the name of the log. Logs are replayed in the order of their names.
    :param record: The column with the number of the record in its log. Without it, the events of a call are sorted by their
        revision, and bodies by the time at which they were received.
    :param partitions: The number of parts in which the calls are replayed. Without it, Spark chooses.
    :raises ValueError: There is no such format. What is wrong with a record, Spark raises as its own exception.
    """
    check(format)
    parts = _parts(df, column, format, path, record)
    spread = parts.repartition(HOME) if partitions is None else parts.repartition(partitions, HOME)
    return tables(_fold(spread.sortWithinPartitions(*ORDER), format))


def tables(folded: DataFrame) -> Tables:
    """The four tables of folded calls, such as the batches of :func:`stream` are."""
    operations, participants, findings = (folded.select(F.inline(F.col(name))) for name in TABLES[1:])
    return Tables(folded.where("call is not null").select("call.*"), operations, participants, findings, folded)


def stream(
    df: DataFrame,
    column: str = "value",
    *,
    format: str = "events",
    path: str | None = None,
    record: str | None = None,
    forget_after: timedelta | None = None,
) -> DataFrame:
    """Replay a stream of records. After each micro-batch, each call that it names comes out anew, as a whole.

    Pass what comes out to :func:`tables` in ``foreachBatch``, and put each call in the place of what was known of it. The output
    mode is ``update``. The state of Spark keeps the records of each call, so that it does not matter in which micro-batch a
    record comes, and a query that is started again from its checkpoint goes on where it ended.

    :param forget_after: Forget a call after this time without a record, such as ``timedelta(days=2)``. Without it, the state
        grows for ever. A record that comes later begins the call anew, so choose a time that no record is late by.

    The other parameters are those of :func:`replay`.
    """
    check(format)
    parts = _parts(df, column, format, path, record)
    kept = (
        parts.where("call is not null")
        .groupBy("call")
        .applyInPandasWithState(
            partial(_kept, forget_after),
            "parts binary",
            "parts binary",
            "update",
            "NoTimeout" if forget_after is None else "ProcessingTimeTimeout",
        )
    )
    loose = _fold(parts.where("call is null"), format)
    return kept.mapInArrow(partial(_fold_kept, format), _ddl(FOLDED)).unionByName(loose)


def _parts(df: DataFrame, column: str, format: str, path: str | None, record: str | None) -> DataFrame:
    columns = [F.col(column).cast("string").alias("text")]
    columns += [] if path is None else [F.col(path).cast("string").alias("path")]
    columns += [] if record is None else [F.col(record).cast("bigint").alias("record")]
    return df.select(*columns).mapInArrow(partial(_split, format), _ddl(PARTS))


def _fold(parts: DataFrame, format: str) -> DataFrame:
    return parts.mapInArrow(partial(_fold_sorted, format), _ddl(FOLDED))


def _split(format: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return split(batches, format)


def _fold_sorted(format: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return fold(batches, format)


def _kept(
    forget_after: timedelta | None,
    key: tuple[Any, ...],
    frames: Iterator[pd.DataFrame],
    state: GroupState,
) -> Iterator[pd.DataFrame]:
    """Keeps the records of a call, and gives out all of them."""
    if state.hasTimedOut:
        state.remove()
        return
    parts = [pa.Table.from_pandas(frame, PARTS, preserve_index=False) for frame in frames]
    if state.exists:
        parts.insert(0, pa.ipc.open_stream(state.get[0]).read_all())
    packed = _packed(pa.concat_tables(parts).sort_by([(name, "ascending") for name in ORDER]))
    state.update((packed,))
    if forget_after is not None:
        state.setTimeoutDuration(forget_after // timedelta(milliseconds=1))
    yield pd.DataFrame({"parts": [packed]})


def _packed(parts: pa.Table) -> bytes:
    sink = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, parts.schema, options=options) as writer:
        writer.write_table(parts)
    return sink.getvalue()


def _fold_kept(format: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    packed = (one.as_py() for batch in batches for one in batch.column(0))
    return fold((part for one in packed for part in pa.ipc.open_stream(one)), format)


def _ddl(schema: pa.Schema) -> str:
    """The schema of Arrow in the words of Spark."""
    return ", ".join(f"`{field.name}` {_type(field.type)}" for field in schema)


_TYPES = {pa.string(): "string", pa.int32(): "int", pa.int64(): "bigint", pa.bool_(): "boolean"}


def _type(of: pa.DataType) -> str:
    if pa.types.is_list(of):
        return f"array<{_type(of.value_type)}>"
    if pa.types.is_struct(of):
        return f"struct<{', '.join(f'`{field.name}`: {_type(field.type)}' for field in of)}>"
    return "timestamp" if pa.types.is_timestamp(of) else _TYPES[of]
