"""What Spark and Ray do with the parts of a log, without them: split, shuffle, sort, fold."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import agreement
import pyarrow as pa
import pytest
from conftest import SAMPLES

import callfold
from callfold import _parts


def numbered(log: Path) -> pa.Table:
    """The lines of a log with their numbers."""
    lines = log.read_bytes().decode("utf-8", "replace").split("\n")
    found = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    return pa.table(
        {
            "text": [line for _, line in found],
            "path": [str(log)] * len(found),
            "record": pa.array([number for number, _ in found], pa.int64()),
        }
    )


def folded(records: pa.Table, format: str, batch: int = 7) -> agreement.Rows:
    """The tables of records, as an engine comes to them."""
    parts = pa.Table.from_batches(_parts.split(records.to_batches(max_chunksize=batch), format))
    assert parts.schema == _parts.PARTS
    ordered = parts.sort_by([(name, "ascending") for name in _parts.ORDER])
    done = pa.Table.from_batches(_parts.fold(ordered.to_batches(max_chunksize=batch), format), _parts.FOLDED)
    return of_folded(done.to_pylist())


def of_folded(rows: Iterable[dict[str, Any]]) -> agreement.Rows:
    found: agreement.Rows = {name: [] for name in agreement.NAMES}
    for row in rows:
        found["calls"] += [row["call"]] if row["call"] else []
        for name in agreement.NAMES[1:]:
            found[name] += row[name]
    return found


# What is found about a whole log, which an engine never has.
OF_A_LOG = {"noise", "nothingFound", "newestFirst", "unordered", "grew"}


def comparable(rows: agreement.Rows) -> agreement.Rows:
    """The rows in an order that does not depend on the engine. An engine has rows with numbers: here, those of the lines."""
    findings = [
        {**row, "record": row["line"] or row["record"], "line": None}
        for row in rows["findings"]
        if row["kind"] not in OF_A_LOG
    ]
    return {name: sorted(found, key=repr) for name, found in {**rows, "findings": findings}.items()}


LOGS = [
    "ivr.jsonl",
    "service.jsonl",
    "malformed.jsonl",
    "reordered-duplicated.jsonl",
    "tomorrow.jsonl",
    "transfer-failed.jsonl",
]


def format_of(log: Path) -> str:
    return "events" if '"rev"' in log.read_text().splitlines()[0] else "notifications"


@pytest.mark.parametrize("name", LOGS)
def test_parts_and_the_command_agree(name: str) -> None:
    log = SAMPLES / name
    expected = comparable(agreement.of_command([log], "--format", format_of(log)))
    assert comparable(folded(numbered(log), format_of(log))) == expected
    assert expected["calls"]


def test_without_numbers_the_revisions_decide() -> None:
    log = SAMPLES / "service.jsonl"
    lines = log.read_text().splitlines() * 2
    random.Random(7).shuffle(lines)
    expected = comparable(agreement.of_command([log]))
    found = comparable(folded(pa.table({"text": lines}), "events"))
    for table in ["calls", "operations", "participants"]:
        assert found[table] == expected[table]
    assert {row["kind"] for row in found["findings"]} >= {"duplicate"}


def test_a_body_about_many_calls_is_split() -> None:
    calls = [f"{number:08x}-894c-409a-b240-bd8beae78896" for number in range(3_000)]
    items = ",".join(
        f'{{"changeType":"created","resourceUrl":"/communications/calls/{call}","resourceData":{{"state":"incoming","subject":"{call[:8]}"}}}}'
        for call in calls
    )
    record = f'{{"receivedAt":"2026-11-23T09:15:02Z","headers":{{"X-Microsoft-Skype-Message-ID":"m"}},"body":{{"value":[{items}]}}}}'
    records = pa.table({"text": [record, record]})
    parts = pa.Table.from_batches(_parts.split(records.to_batches(), "notifications"))
    assert parts.num_rows == 2 * len(calls)
    assert sum(len(text or "") for text in parts["text"].to_pylist()) < 3 * len(record) * 2, "not quadratic"
    found = folded(records, "notifications")
    assert [row["call_id"] for row in found["calls"]] == calls
    assert [row["kind"] for row in found["findings"] if row["kind"] != "unfinished"] == ["duplicate"] * len(calls)


def test_a_body_of_unknown_order_is_refused() -> None:
    body = '{"value":[{"resourceUrl":"/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896","resourceData":{"state":"incoming"}}]}'
    with pytest.raises(ValueError, match="record="):
        folded(pa.table({"text": [body]}), "notifications")
    assert len(folded(pa.table({"text": [body], "record": [1]}), "notifications")["calls"]) == 1


def test_bytes_that_are_no_text_are_replaced() -> None:
    line = b'{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{"subject":"Ad\xe8le"}}'
    for of in [pa.binary(), pa.large_binary(), pa.binary_view()]:
        (call,) = folded(pa.table({"text": pa.array([line], of)}), "events")["calls"]
        assert call["state"] == "incoming"
    with pytest.raises(ValueError, match="expected text, found Int64"):
        folded(pa.table({"text": [1]}), "events")
    with pytest.raises(ValueError, match="expected whole numbers"):
        folded(pa.table({"text": [line], "record": ["part-3"]}), "events")


def test_bodies_of_one_time_have_no_order() -> None:
    at = "2026-11-23T09:15:02Z"
    call = "57dab8b1-894c-409a-b240-bd8beae78896"
    lines = [
        f'{{"receivedAt":"{at}","body":{{"value":[{{"resourceUrl":"/communications/calls/{call}","resourceData":{{"state":"{state}"}}}}]}}}}'
        for state in ["incoming", "establishing", "established", "terminated"]
    ]
    without = folded(pa.table({"text": lines}), "notifications")
    assert [row["kind"] for row in without["findings"]].count("unordered") == 1
    numbered_ones = folded(pa.table({"text": lines, "record": [1, 2, 3, 4]}), "notifications")
    assert [row["kind"] for row in numbered_ones["findings"]] == []
    assert [row["revision"] for row in numbered_ones["calls"]] == [4]


def test_bodies_in_one_record_keep_their_order(tmp_path: Path) -> None:
    calls = ["57dab8b1-894c-409a-b240-bd8beae78896", "5b4a7700-5104-414f-8c01-f1a3220e6477"]
    bodies = [
        '{"value":['
        + ",".join(
            f'{{"resourceUrl":"/communications/calls/{call}","resourceData":{{"state":"{state}"}}}}' for call in calls
        )
        + "]}"
        for state in ["incoming", "establishing", "established", "terminated"]
    ]
    log = tmp_path / "log.json"
    log.write_text(f"[{','.join(bodies)}]\n")
    found = comparable(folded(numbered(log), "notifications"))
    assert found == comparable(agreement.of_command([log]))
    assert [row["revision"] for row in found["calls"]] == [4, 4]


def test_what_names_no_call_gives_no_row_of_a_call() -> None:
    nil = "00000000-0000-0000-0000-000000000000"
    body = f'{{"value":[{{"resourceUrl":"/communications/calls/{nil}","resourceData":{{"state":"incoming"}}}},{{"resource":"/users/1"}}]}}'
    found = folded(pa.table({"text": [body], "record": [1]}), "notifications")
    assert [row["call_id"] for row in found["calls"]] == [nil]


def test_types_of_text_do_not_matter() -> None:
    records = numbered(SAMPLES / "service.jsonl")
    large = records.set_column(0, "text", records["text"].cast(pa.large_string()))
    views = records.set_column(0, "text", records["text"].cast(pa.string_view()))
    assert folded(large, "events") == folded(records, "events") == folded(views, "events")


def test_what_is_wrong_is_said() -> None:
    with pytest.raises(ValueError, match="sdk-log"):
        callfold._native.Folder("sdk-log")
    with pytest.raises(ValueError, match="`text`"):
        list(_parts.split(pa.table({"value": ["x"]}).to_batches(), "events"))
    with pytest.raises(ValueError, match="GUID"):
        call = pa.table({"call": ["x"], "text": ["y"]})
        list(_parts.fold(call.to_batches(), "events"))
