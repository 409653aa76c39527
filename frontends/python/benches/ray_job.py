#!/usr/bin/env python3
"""One job on Ray, as its own process: the calls of an event log by state, with what they cost.

    ray_job.py LOG [--partitions N]

Prints JSON, as spark_job.py does. The processes of Ray are counted where they are below this one.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from typing import Any

import ray
import ray.data
from processes import cpu_seconds

import callfold.ray


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("log")
    arguments.add_argument("--partitions", type=int, default=16)
    given = arguments.parse_args()
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=1 << 30)
    ray.data.DataContext.get_current().enable_progress_bars = False
    began, before = time.time(), cpu_seconds(os.getpid())
    tables = callfold.ray.replay(ray.data.read_text(given.log), "text", partitions=given.partitions)
    calls: Counter[str] = Counter()
    events: Counter[str] = Counter()
    batch: Any
    for batch in tables.calls.iter_batches(batch_format="pyarrow"):
        for state, revision in zip(batch["state"].to_pylist(), batch["revision"].to_pylist(), strict=True):
            calls[state] += 1
            events[state] += revision
    seconds, cpu = time.time() - began, cpu_seconds(os.getpid()) - before
    ray.shutdown()
    states = {state: (calls[state], events[state]) for state in calls}
    print(json.dumps({"seconds": round(seconds, 2), "cpu": round(cpu, 2), "states": states}))


if __name__ == "__main__":
    main()
