"""The four tables as plain rows, from the command, from Python, and through other libraries. They must be the same to the cell."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa

import callfold

Rows = dict[str, list[dict[str, Any]]]

NAMES = ["calls", "operations", "participants", "findings"]

COMMAND = Path(sys.executable).parent / "callfold"

# A finding of the end has no place in the tables, because it is about all logs. The command says the last record.
OF_THE_END = {"unfinished"}


def table(name: str, tables: callfold.Tables) -> pa.Table:
    return pa.table(getattr(tables, name))


def rows(tables: callfold.Tables) -> Rows:
    """The tables of Python."""
    return {name: table(name, tables).to_pylist() for name in NAMES}


def through(library: str, tables: callfold.Tables) -> Rows:
    """The tables after another library had them."""
    return {name: _through(library, getattr(tables, name), table(name, tables).schema).to_pylist() for name in NAMES}


def _through(library: str, one: callfold.Table, schema: pa.Schema) -> pa.Table:
    if library == "pandas":
        import pandas as pd

        frame = pa.table(one).to_pandas(types_mapper=pd.ArrowDtype)
        return pa.Table.from_pandas(frame, schema, preserve_index=False)
    if library == "polars":
        import polars

        return polars.DataFrame(one).to_arrow().cast(schema)
    import duckdb

    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.register("given", pa.table(one))
    found: pa.Table = connection.sql("select * from given").to_arrow_table()
    return found.cast(schema)


def of_command(logs: Iterable[Path], *options: str) -> Rows:
    """The tables in the JSON of the command."""
    command: list[str | Path] = [COMMAND, "replay", "--json", "--deny", "error", *options, *logs]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode in (0, 1), run.stderr
    return of_json(json.loads(run.stdout))


def of_json(read: Mapping[str, Any]) -> Rows:
    calls = read["calls"]
    return {
        "calls": [_call(call) for call in calls],
        "operations": [
            _operation(call["id"], position, operation)
            for call in calls
            for position, operation in enumerate(call["operations"])
        ],
        "participants": [
            {"call_id": call["id"], "position": position, "name": name}
            for call in calls
            for position, name in enumerate(call["people"])
        ],
        "findings": [_finding(finding) for finding in read["findings"]],
    }


def _call(call: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "call_id": call["id"],
        "state": call["state"],
        "direction": call["direction"],
        "caller": call["from"],
        "callees": call["to"],
        "audio": call["audio"],
        **_result(call["resultInfo"]),
        "termination_reason": call["terminationReason"],
        "participant_count": call["participants"],
        "tones": call["tones"],
        "requests": call["requests"],
        "first_at": _time(call["firstAt"]),
        "first_at_text": call["firstAt"],
        "last_at": _time(call["lastAt"]),
        "last_at_text": call["lastAt"],
        "revision": call["revision"],
    }


def _operation(call: str, position: int, operation: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "call_id": call,
        "position": position,
        "operation_id": operation["id"],
        "kind": operation["kind"],
        "status": operation["status"],
        "client_context": operation["clientContext"],
        "orphaned": operation["orphaned"],
        **_result(operation["resultInfo"]),
        "completion_reason": operation["completionReason"],
    }


def _result(result: Mapping[str, Any] | None) -> dict[str, Any]:
    return {f"result_{name}": (result or {}).get(name) for name in ["code", "subcode", "message"]}


def _finding(finding: Mapping[str, Any]) -> dict[str, Any]:
    has_place = finding["kind"] not in OF_THE_END
    return {
        "path": finding["input"] if has_place else None,
        "record": finding["record"] if has_place else None,
        "line": finding["line"] if has_place else None,
        "call_id": finding["call"],
        "severity": finding["severity"],
        "kind": finding["kind"],
        "message": finding["message"],
    }


def _time(text: str | None) -> datetime | None:
    """A time in whole microseconds, cut."""
    if text is None:
        return None
    whole, _, fraction = text.removesuffix("Z").partition(".")
    at = datetime.fromisoformat(whole).replace(tzinfo=timezone.utc)
    return at + timedelta(microseconds=int(fraction[:6].ljust(6, "0")))
