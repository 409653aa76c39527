"""Logs as tables, and the same tables from the command and from other libraries."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import agreement
import pyarrow as pa
import pytest
from conftest import SAMPLES

import callfold

LOGS = sorted(path for path in SAMPLES.iterdir() if path.name != "README.md")


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.name)
def test_python_and_the_command_agree(log: Path) -> None:
    tables = callfold.replay(log)
    expected = agreement.of_command([log])
    assert agreement.rows(tables) == expected
    assert any(expected.values())


@pytest.mark.parametrize("log", ["ivr.jsonl", "service.jsonl", "malformed.jsonl"])
@pytest.mark.parametrize("library", ["pandas", "polars", "duckdb"])
def test_libraries_have_the_same_cells(log: str, library: str) -> None:
    pytest.importorskip(library)
    tables = callfold.replay(SAMPLES / log)
    assert agreement.through(library, tables) == agreement.rows(tables)


def test_the_columns_are_these() -> None:
    tables = callfold.replay(SAMPLES / "ivr.jsonl")
    utc = pa.timestamp("us", "UTC")
    calls = pa.table(tables.calls).schema
    assert (calls.field("first_at").type, calls.field("last_at").type) == (utc, utc)
    for table in [tables.calls, tables.operations, tables.participants, tables.findings]:
        schema = pa.table(table).schema
        assert schema.names == table.column_names and "call_id" in schema.names
        assert not any(pa.types.is_unsigned_integer(field.type) for field in schema)


def test_a_time_is_cut_and_its_text_is_exact(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    call = '{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":%d,"at":"%s","type":"%s","data":{}}\n'
    log.write_text(
        call % (1, "1969-12-31T23:59:59.9999999Z", "placed")
        + call % (2, "2026-11-23T09:15:02.250000999Z", "terminated")
    )
    (row,) = pa.table(callfold.replay(log).calls).to_pylist()
    assert row["first_at"] == datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone.utc)
    assert row["first_at_text"] == "1969-12-31T23:59:59.999999900Z"
    assert row["last_at"] == datetime(2026, 11, 23, 9, 15, 2, 250_000, tzinfo=timezone.utc)
    assert row["last_at_text"] == "2026-11-23T09:15:02.250000999Z"


def test_options_are_those_of_the_command() -> None:
    log = SAMPLES / "ivr.jsonl"
    only = "5b4a7700-5104-414f-8c01-f1a3220e6477"
    (row,) = pa.table(callfold.replay(log, call=only).calls).to_pylist()
    assert row["call_id"] == only
    at = datetime(2026, 11, 23, 9, 15, 1, tzinfo=timezone.utc)
    (row,) = pa.table(callfold.replay([log], at=at, jobs=2).calls).to_pylist()
    assert row["state"] == "establishing"
    with pytest.raises(ValueError, match="`sdk-log`"):
        callfold.replay(log, format="xml")  # type: ignore[arg-type]


def test_what_was_read_is_kept_where_a_log_cannot_be_read() -> None:
    with pytest.raises(callfold.ReplayError, match="nothing-here") as error:
        callfold.replay([SAMPLES / "ivr.jsonl", Path("nothing-here")])
    assert isinstance(error.value.read, callfold.Tables)
    assert error.value.read.calls.num_rows == 3
    with pytest.raises(callfold.ReplayError) as error:
        callfold.read([SAMPLES / "ivr.jsonl", Path("nothing-here")])
    assert isinstance(error.value.read, tuple)
    assert len(error.value.read[0]) == 3


def test_a_store_is_a_log(tmp_path: Path) -> None:
    store = callfold.Store(f"sqlite:{tmp_path}/calls.db")
    calls, _ = callfold.read(SAMPLES / "service.jsonl")
    for call in calls:
        store.append(call.events)
    stored = callfold.replay(f"sqlite:{tmp_path}/calls.db")
    assert pa.table(stored.calls).equals(pa.table(callfold.replay(SAMPLES / "service.jsonl").calls))


def test_a_notebook_shows_the_timeline() -> None:
    calls, findings = callfold.read(SAMPLES / "sdk.log")
    call = calls.calls()[0]
    svg = call._repr_svg_()  # type: ignore[attr-defined]
    assert svg.startswith("<svg ") and call.id in svg and svg == call.svg()
    assert findings
    assert call.timeline().splitlines()[0].startswith(f"call {call.id}: ")
    about = [finding for finding in findings if finding.call_id == call.id]
    assert len(call.timeline().splitlines()) == 1 + len(call.events) + len(about)


def test_findings_are_in_the_timeline_of_their_call() -> None:
    calls, _ = callfold.read(SAMPLES / "ivr.jsonl")
    assert "`establishing` was never reported" in calls.calls()[2].timeline()


def test_what_the_command_notes_is_a_warning() -> None:
    with pytest.warns(UserWarning, match="nothing had happened at 2020-01-01"):
        tables = callfold.replay(SAMPLES / "ivr.jsonl", at="2020-01-01T00:00:00Z")
    assert tables.calls.num_rows == 0


def test_any_iterable_of_paths_is_read() -> None:
    assert callfold.replay(SAMPLES.glob("ivr*.jsonl")).calls.num_rows == 3
    with pytest.raises(TypeError, match="expected a path or several, found int"):
        callfold.replay(5)  # type: ignore[arg-type]


def test_no_path_and_too_many_threads_are_refused() -> None:
    with pytest.raises(ValueError, match="no path was given"):
        callfold.replay([])
    for jobs in (0, 257):
        with pytest.raises(ValueError, match="jobs: the number of threads is 1 to 256"):
            callfold.replay(SAMPLES / "ivr.jsonl", jobs=jobs)
