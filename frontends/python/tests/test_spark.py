"""Small jobs on Spark. The large ones are in .ci/long."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import agreement
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import SAMPLES
from test_parts import comparable, numbered

pytest.importorskip("pyspark", reason="SKIPPED: Spark, because pyspark is not installed")

from pyspark.sql import DataFrame, SparkSession

import callfold.spark


@pytest.fixture(scope="module")
def spark() -> Generator[SparkSession, None, None]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    built = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "3")
        # The times of the tables do not depend on it.
        .config("spark.sql.session.timeZone", "America/New_York")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    yield built
    built.stop()


def rows(tables: callfold.spark.Tables) -> agreement.Rows:
    tables.folded.persist()
    found = {name: getattr(tables, name).toArrow() for name in agreement.NAMES}
    utc = pa.timestamp("us", "UTC")
    assert found["calls"].schema.field("first_at").type.unit == utc.unit
    tables.folded.unpersist()
    return {name: _in_utc(table).to_pylist() for name, table in found.items()}


def _in_utc(table: pa.Table) -> pa.Table:
    """Spark shows times in the time zone of its session."""
    utc = pa.timestamp("us", "UTC")
    fields = [field.with_type(utc) if pa.types.is_timestamp(field.type) else field for field in table.schema]
    return table.cast(pa.schema(fields))


def test_spark_and_the_command_agree(spark: SparkSession, tmp_path: Path) -> None:
    log = SAMPLES / "service.jsonl"
    expected = comparable(agreement.of_command([log]))
    pq.write_table(numbered(log), tmp_path / "log.parquet")
    records = spark.read.parquet(str(tmp_path / "log.parquet"))
    assert comparable(rows(callfold.spark.replay(records, "text", path="path", record="record"))) == expected
    # JSON text, which has no numbers.
    found = comparable(rows(callfold.spark.replay(spark.read.text(str(log)), partitions=2)))
    assert {name: found[name] for name in found if name != "findings"} == {
        name: expected[name] for name in expected if name != "findings"
    }


@pytest.mark.long
def test_bodies_are_sorted_by_their_times(spark: SparkSession) -> None:
    log = SAMPLES / "ivr.jsonl"
    lines = list(reversed(log.read_text().splitlines()))
    found = rows(
        callfold.spark.replay(
            spark.createDataFrame([(line,) for line in lines], "value string"), format="notifications"
        )
    )
    expected = comparable(agreement.of_command([log]))
    assert comparable(found)["calls"] == expected["calls"]


def test_an_error_names_what_is_wrong(spark: SparkSession) -> None:
    body = '{"value":[{"resourceUrl":"/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896","resourceData":{"state":"incoming"}}]}'
    df = spark.createDataFrame([(body,)], "value string")
    with pytest.raises(Exception, match="a body has no time"):
        callfold.spark.replay(df, format="notifications").calls.collect()


class Stream:
    """A stream of files into tables that are kept, call by call."""

    def __init__(self, spark: SparkSession, folder: Path) -> None:
        self.spark, self.folder = spark, folder
        self.kept: dict[str, agreement.Rows] = {}
        (folder / "in").mkdir()

    def file(self, name: str, lines: list[str]) -> None:
        (self.folder / "in" / name).write_text("".join(f"{line}\n" for line in lines))

    def run(self, format: str = "events") -> None:
        """A query, from the checkpoint of the one before to the end of the files that are there."""
        lines = self.spark.readStream.option("maxFilesPerTrigger", 1).text(str(self.folder / "in"))
        query = (
            callfold.spark.stream(lines, format=format)
            .writeStream.foreachBatch(self._keep)
            .outputMode("update")
            .option("checkpointLocation", str(self.folder / "checkpoint"))
            .trigger(availableNow=True)
            .start()
        )
        query.awaitTermination()

    def _keep(self, batch: DataFrame, _: int) -> None:
        found = rows(callfold.spark.tables(batch))
        for call in {row["call_id"] for some in found.values() for row in some}:
            self.kept[call] = {name: [row for row in some if row["call_id"] == call] for name, some in found.items()}

    def rows(self) -> agreement.Rows:
        return {name: [row for call in self.kept.values() for row in call[name]] for name in agreement.NAMES}


@pytest.mark.long
def test_a_stream_takes_older_events_later_and_goes_on_from_its_checkpoint(spark: SparkSession, tmp_path: Path) -> None:
    lines = (SAMPLES / "service.jsonl").read_text().splitlines()
    third = len(lines) // 3
    stream = Stream(spark, tmp_path)
    stream.file("1-the-middle.jsonl", lines[third : 2 * third])
    stream.file("2-repeated.jsonl", lines[third + 3 : third + 6])
    stream.run()
    before = stream.rows()
    assert {row["kind"] for row in before["findings"]} >= {"revisionGap"}
    # The oldest events come in a later micro-batch, and another query goes on from the checkpoint.
    stream.file("3-the-oldest.jsonl", lines[:third])
    stream.file("4-the-newest.jsonl", lines[2 * third :])
    stream.run()
    whole = lines + lines[third + 3 : third + 6]
    (tmp_path / "whole.jsonl").write_text("\n".join(whole))
    expected = rows(callfold.spark.replay(spark.read.text(str(tmp_path / "whole.jsonl"))))
    assert comparable(stream.rows()) == comparable(expected)
    found = agreement.of_command([SAMPLES / "service.jsonl"])
    assert comparable(stream.rows())["calls"] == comparable(found)["calls"]
    assert stream.rows() != before


@pytest.mark.long
def test_a_stream_of_bodies_comes_to_the_same(spark: SparkSession, tmp_path: Path) -> None:
    lines = (SAMPLES / "ivr.jsonl").read_text().splitlines()
    stream = Stream(spark, tmp_path)
    stream.file("1.jsonl", [*lines[10:], '{"value":[{"resource":"/users/1","resourceData":{}}]}'])
    stream.file("2.jsonl", lines[:10])
    stream.run("notifications")
    found, expected = comparable(stream.rows()), comparable(agreement.of_command([SAMPLES / "ivr.jsonl"]))
    assert found["calls"] == expected["calls"]
    assert {row["kind"] for row in found["findings"]} == {row["kind"] for row in expected["findings"]} | {
        "unknownResource"
    }


class State:
    """The state of a group, as Spark has it."""

    def __init__(self) -> None:
        self.hasTimedOut = False
        self.value: tuple[bytes] | None = None
        self.timeout: int | None = None

    @property
    def exists(self) -> bool:
        return self.value is not None

    @property
    def get(self) -> tuple[bytes]:
        assert self.value is not None
        return self.value

    def update(self, value: tuple[bytes]) -> None:
        self.value = value

    def setTimeoutDuration(self, milliseconds: int) -> None:
        self.timeout = milliseconds

    def remove(self) -> None:
        self.value = None


def test_a_call_that_was_quiet_is_forgotten() -> None:
    state: Any = State()
    part = {
        "call": ["57dab8b1-894c-409a-b240-bd8beae78896"],
        "path": [None],
        "record": [None],
        "sort": [1],
        "part": [0],
        "text": ["{}"],
        "home": [1],
    }
    given = partial(callfold.spark._kept, timedelta(days=2), ("57dab8b1",))
    (first,) = given(iter([pd.DataFrame(part)]), state)
    assert state.timeout == 2 * 24 * 60 * 60 * 1000
    (second,) = given(iter([pd.DataFrame(part)]), state)
    assert pa.ipc.open_stream(second["parts"][0]).read_all().num_rows == 2
    state.hasTimedOut = True
    assert list(given(iter([]), state)) == [] and not state.exists
    assert len(first) == 1
