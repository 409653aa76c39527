"""A small job on Ray. The large ones are in .ci/long."""

from __future__ import annotations

from collections.abc import Generator

import agreement
import pytest
from conftest import SAMPLES
from test_parts import comparable, numbered

pytest.importorskip("ray", reason="SKIPPED: Ray, because ray is not installed")

import ray
import ray.data

import callfold.ray


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Generator[None, None, None]:
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=1 << 28)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()


def test_a_format_is_checked_before_the_job() -> None:
    with pytest.raises(ValueError, match="xml"):
        callfold.ray.replay(ray.data.from_items([{"text": ""}]), format="xml")


def test_ray_and_the_command_agree() -> None:
    log = SAMPLES / "service.jsonl"
    records = ray.data.from_arrow(numbered(log))
    tables = callfold.ray.replay(records, "text", path="path", record="record", partitions=3).materialize()
    found = {name: getattr(tables, name).take_all() for name in agreement.NAMES}
    assert comparable(found) == comparable(agreement.of_command([log]))


def test_a_day_without_calls_gives_empty_tables() -> None:
    tables = callfold.ray.replay(ray.data.from_items([]), partitions=2)
    assert tables.folded.count() == 0
