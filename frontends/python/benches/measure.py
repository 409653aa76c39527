"""Agreement, speed and load of the Python package: see `run` beside this file."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

import agreement
from processes import Peak
from test_parts import comparable, numbered

import callfold

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
COMMAND = TARGET / "release" / "callfold"
GENERATE = TARGET / "release" / "examples" / "generate"
LOGS = TARGET / "python" / "logs"
GIB = 1 << 30

agreement.COMMAND = COMMAND

# A million events: 50,000 calls of 20 events.
MILLION = ["--calls", "50000", "--seed", "1"]


def log(name: str, options: Iterable[str]) -> Path:
    """A generated log."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / name
    if not path.exists():
        with open(path, "wb") as file:
            subprocess.run([GENERATE, *options], stdout=file, check=True)
    return path


def spark() -> Any:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    return builder.config("spark.driver.memory", "3g").config("spark.log.level", "ERROR").getOrCreate()


def of_spark(session: Any, path: Path, format: str) -> agreement.Rows:
    import pyarrow.parquet as pq
    from test_spark import rows

    import callfold.spark

    pq.write_table(numbered(path), path.with_suffix(".parquet"))
    records = session.read.parquet(str(path.with_suffix(".parquet")))
    return rows(callfold.spark.replay(records, "text", format=format, path="path", record="record", partitions=4))


def of_ray(path: Path, format: str) -> agreement.Rows:
    import ray
    import ray.data

    import callfold.ray

    if not ray.is_initialized():
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=1 << 30)
        ray.data.DataContext.get_current().enable_progress_bars = False
    records = ray.data.from_arrow(numbered(path))
    tables = callfold.ray.replay(records, "text", format=format, path="path", record="record").materialize()
    return {name: getattr(tables, name).take_all() for name in agreement.NAMES}


def compare(path: Path, format: str, session: Any) -> None:
    """All ways to the tables of one log."""
    expected = agreement.of_command([path])
    counts = {name: len(rows) for name, rows in expected.items()}
    print(f"{path.name}: {counts}, {len({row['kind'] for row in expected['findings']})} kinds of findings")
    tables = callfold.replay(path)
    exact = agreement.rows(tables)
    said("Python", exact == expected)
    for library in ["pandas", "polars", "duckdb"]:
        said(library, agreement.through(library, tables) == expected)
    some = comparable(expected)
    said("Spark", comparable(of_spark(session, path, format)) == some)
    said("Ray", comparable(of_ray(path, format)) == some)


FAILED: list[str] = []


def at_most(what: str, ratio: float, limit: float) -> None:
    if ratio > limit:
        FAILED.append(f"{what} is {ratio:.2f}, and {limit} is the limit")


def said(what: str, is_so: bool) -> None:
    print(f"  {what}: {'the same to the cell' if is_so else 'DIFFERS'}", flush=True)
    if not is_so:
        FAILED.append(what)


def agree() -> None:
    session = spark()
    faults = ["--calls", "10000", "--seed", "7", "--repeats", "20", "--reorders", "20"]
    compare(log("events-10000.jsonl", faults), "events", session)
    compare(log("bodies-10000.jsonl", [*faults, "--format", "notifications"]), "notifications", session)
    compare(half_in_one_call(), "events", session)
    session.stop()


def half_in_one_call() -> Path:
    """A log in which one call holds half of all events."""
    path = LOGS / "skewed.jsonl"
    many = log("events-5000.jsonl", ["--calls", "5000", "--seed", "3"]).read_text().splitlines()
    one = log("one-call.jsonl", ["--calls", "1", "--events", str(len(many)), "--seed", "4"]).read_text().splitlines()
    mixed = [line for pair in zip(many, one, strict=True) for line in pair]
    path.write_text("\n".join(mixed) + "\n")
    return path


def timed(command: list[Any]) -> tuple[float, float]:
    """Wall and CPU seconds of a command."""
    before, began = os.times(), time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began, cpu


def speed() -> None:
    """Python's replay over the command, in turns."""
    path = log("million.jsonl", MILLION)
    script = f"import callfold, time; began = time.perf_counter(); callfold.replay({str(path)!r}); print(time.perf_counter() - began)"
    ours: list[tuple[float, float]] = []
    command: list[tuple[float, float]] = []
    for _ in range(5):
        command.append(timed([COMMAND, "replay", "--json", path]))
        ours.append(timed([sys.executable, "-c", script]))
    for index, what in enumerate(["wall", "CPU"]):
        here, there = (statistics.median(run[index] for run in runs) for runs in (ours, command))
        print(f"Python's replay over the command, {what}: {here:.2f} s over {there:.2f} s: {here / there:.2f}")
        at_most(f"Python's replay, {what}", here / there, 1.3)


def job(*arguments: str) -> dict[str, Any]:
    run = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise SystemExit(run.stderr[-4000:])
    found: dict[str, Any] = json.loads(run.stdout.strip().splitlines()[-1])
    return found


def on_spark() -> None:
    """A million events on Spark: the whole job, with a fold that does nothing, and done another way."""
    path = str(log("million.jsonl", MILLION))
    ours = str(HERE / "spark_job.py")
    for partitions in ["1", "2", "4"]:
        whole = job(ours, path, "--partitions", partitions)
        nothing = job(ours, path, "--partitions", partitions, "--identity")
        print(
            f"{partitions} partitions: {whole['seconds']} s, {whole['cpu']} CPU s; without the fold {nothing['seconds']} s, "
            f"{nothing['cpu']} CPU s; the fold adds {whole['cpu'] - nothing['cpu']:.1f} CPU s",
            flush=True,
        )
    baseline = os.environ.get("SPARK_BASELINE")
    if baseline is None:
        print("SKIPPED: the other way to do it, because SPARK_BASELINE is not set")
        return
    other = job(baseline, path)
    print(f"by hand: {other['seconds']} s, {other['cpu']} CPU s, {other['states']}; callfold: {whole['states']}")
    for what in ["seconds", "cpu"]:
        print(f"callfold over by hand, {what}: {whole[what] / other[what]:.3f}")
        at_most(f"callfold over by hand, {what}", whole[what] / other[what], 0.2)


def load() -> None:
    """A million events under 4 GiB."""
    path = str(log("million.jsonl", MILLION))
    for name, options in [("spark_job.py", ["--memory", "1g"]), ("ray_job.py", [])]:
        process = subprocess.Popen(
            [sys.executable, str(HERE / name), path, *options], stdout=subprocess.PIPE, text=True
        )
        with Peak(process.pid) as peak:
            out, _ = process.communicate()
        print(f"{name}: {out.strip().splitlines()[-1]}; at most {peak.bytes / GIB:.2f} GiB", flush=True)
        if process.returncode != 0 or peak.bytes > 4 * GIB:
            FAILED.append(name)


STEPS: dict[str, Callable[[], None]] = {"agreement": agree, "speed": speed, "spark": on_spark, "load": load}

if __name__ == "__main__":
    for step in sys.argv[1:] or STEPS:
        print(f"== {step}", flush=True)
        STEPS[step]()
    if FAILED:
        raise SystemExit(f"failed: {', '.join(FAILED)}")
