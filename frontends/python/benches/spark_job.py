#!/usr/bin/env python3
"""One job on Spark, as its own process: the calls of an event log by state, with what they cost.

    spark_job.py LOG [--partitions N] [--identity] [--cores N] [--memory SIZE]

Prints JSON: seconds and CPU seconds of the whole process tree, from the first read to the last row, and the calls by state.
`--identity` runs the same job with a function that folds nothing, so that the rest is what the engine costs.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator

import pyarrow as pa
from processes import cpu_seconds
from pyspark.sql import DataFrame, SparkSession

import callfold.spark
from callfold import _parts


def nothing(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Reads the parts and folds nothing."""
    for _ in batches:
        pass
    yield from _parts.FOLDED.empty_table().to_batches()


def identity(parts: DataFrame, format: str) -> DataFrame:
    return parts.mapInArrow(nothing, callfold.spark._ddl(_parts.FOLDED))


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("log")
    arguments.add_argument("--partitions", type=int, default=4)
    arguments.add_argument("--cores", default="2")
    arguments.add_argument("--memory", default="3g")
    arguments.add_argument("--identity", action="store_true")
    given = arguments.parse_args()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = (
        SparkSession.builder.master(f"local[{given.cores}]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", given.memory)
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    if given.identity:
        callfold.spark._fold = identity
    began, before = time.time(), cpu_seconds(os.getpid())
    tables = callfold.spark.replay(spark.read.text(given.log), partitions=given.partitions)
    counted = (
        tables.calls.groupBy("state").agg({"call_id": "count", "revision": "sum"}).toDF("state", "calls", "events")
    )
    states = {row["state"]: (row["calls"], row["events"]) for row in counted.collect()}
    seconds, cpu = time.time() - began, cpu_seconds(os.getpid()) - before
    spark.stop()
    print(json.dumps({"seconds": round(seconds, 2), "cpu": round(cpu, 2), "states": states}))


if __name__ == "__main__":
    main()
