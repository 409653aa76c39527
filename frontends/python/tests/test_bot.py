"""What a bot embeds."""

from __future__ import annotations

import json
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest

import callfold

CALL = "57dab8b1-894c-409a-b240-bd8beae78896"
AT = datetime(2026, 11, 23, 9, 15, 2, 250_000, tzinfo=timezone.utc)
MESSAGE = {"X-Microsoft-Skype-Message-ID": "b2f0a5c3-7c5e-4c0a-9c0e-0d9c2c8a1f10"}


def body(state: str, **members: object) -> str:
    data = {"state": state, **members}
    return json.dumps(
        {"value": [{"changeType": "updated", "resourceUrl": f"/communications/calls/{CALL}", "resourceData": data}]}
    )


def test_a_notification_is_observed_stored_and_folded(tmp_path: Path) -> None:
    store, calls = callfold.Store(f"sqlite:{tmp_path}/calls.db"), callfold.Ledger()
    bot = callfold.Bot(calls)
    for state in ["incoming", "established"]:
        observed = bot.deliver(body(state), MESSAGE | {"X-Microsoft-Skype-Message-ID": state * 4}, AT)
        store.append(observed.events)
        assert calls.apply_all(observed.events) == len(observed.events)
    assert [finding.kind for finding in observed.findings] == ["gap"]
    call = calls.call(CALL)
    assert call is not None
    assert (call.id, call.state, call.is_live, call.revision) == (CALL, "established", True, 5)
    assert (call.first_at, call.last_at) == (AT, AT)
    types = ["offered", "notificationHeard", "answered", "established", "notificationHeard"]
    assert [event.type for event in call.events] == types
    assert [event.type for event in call.events if event.inferred] == ["answered"]

    # The process ends, and another one takes up the calls.
    again = callfold.Store(f"sqlite:{tmp_path}/calls.db").load()
    assert again.call(CALL) == call
    assert store.events(CALL) == call.events
    assert CALL in again and len(again) == 1 and [one.id for one in again] == [CALL]


def test_a_second_delivery_is_a_duplicate() -> None:
    bot = callfold.Bot(callfold.Ledger())
    bot.ledger.apply_all(bot.deliver(body("incoming"), MESSAGE, AT).events)
    again = bot.deliver(body("incoming").encode(), list(MESSAGE.items()), "2026-11-23T09:15:04Z")
    assert (again.events, [finding.kind for finding in again.findings]) == ([], ["duplicate"])


def test_what_cannot_be_read_is_a_finding_and_the_rest_counts() -> None:
    broken = json.loads(body("incoming"))
    broken["value"].append(5)
    observed = callfold.Bot(callfold.Ledger()).deliver(json.dumps(broken), received_at=AT)
    assert [event.type for event in observed.events] == ["offered"]
    (finding,) = observed.findings
    assert (finding.kind, finding.severity, finding.call_id) == ("malformed", "error", CALL)
    assert "expected an object" in finding.message
    assert callfold.Bot(callfold.Ledger()).deliver(b"\xff\x00{").events == []


def test_a_reply_to_keep_alive_is_an_event() -> None:
    bot = callfold.Bot(callfold.Ledger())
    bot.ledger.apply_all(bot.deliver(body("established"), received_at=AT).events)
    observed = bot.replied("POST", f"/communications/calls/{CALL}/keepAlive", 200, b"", AT)
    assert [event.type for event in observed.events] == ["keptAlive"]


def test_a_line_is_read_and_written() -> None:
    line = f'{{"v":1,"call":"{CALL}","rev":3,"at":"2026-11-23T09:15:02.250Z","type":"established","data":{{}}}}'
    event = callfold.Event.parse(line)
    assert (event.call_id, event.revision, event.at, event.inferred) == (CALL, 3, AT, False)
    assert (event.type, event.data, str(event)) == ("established", {}, line)
    assert event == callfold.Event.parse(line.encode()) and len({event, callfold.Event.parse(line)}) == 1
    with pytest.raises(callfold.LineError, match="`call` is missing"):
        callfold.Event.parse('{"rev":1}')
    with pytest.raises(ValueError):
        callfold.Event.parse(b"\xff")


def test_an_event_that_does_not_fold_changes_nothing() -> None:
    calls = callfold.Ledger()
    event = callfold.Event.parse(f'{{"call":"{CALL}","rev":1,"type":"held","data":{{}}}}')
    with pytest.raises(callfold.ApplyError, match="legal now: `offered`, `placed`, `adopted`"):
        calls.apply(event)
    assert len(calls) == 0 and calls.next_revision(CALL) == 1


def test_a_ledger_without_history_has_no_timeline() -> None:
    calls = callfold.Ledger(history=False)
    calls.apply_all(callfold.Bot(calls).deliver(body("incoming"), received_at=AT).events)
    (call,) = calls
    with pytest.raises(ValueError, match="history=True"):
        call.timeline()
    with pytest.raises(ValueError, match="history=True"):
        _ = call.events
    assert calls.forget(CALL) and not calls.forget(CALL) and len(calls) == 0


def test_times_need_an_offset() -> None:
    bot = callfold.Bot(callfold.Ledger())
    with pytest.raises(ValueError, match=r"datetime\.now\(timezone\.utc\)"):
        bot.deliver(body("incoming"), received_at=datetime(2026, 11, 23))
    with pytest.raises(ValueError, match="yesterday"):
        bot.deliver(body("incoming"), received_at="yesterday")


def test_two_hosts_cannot_store_two_events_of_one_revision(tmp_path: Path) -> None:
    store = callfold.Store(f"sqlite:{tmp_path}/calls.db")
    first = callfold.Bot(callfold.Ledger()).deliver(body("incoming"), received_at=AT).events
    other = callfold.Bot(callfold.Ledger()).deliver(body("established"), received_at=AT).events
    store.append(first)
    store.append(first)
    with pytest.raises(callfold.ConflictError, match=CALL):
        store.append(other)
    assert store.events(CALL) == first


def test_a_call_that_does_not_fold_does_not_hide_the_others(tmp_path: Path) -> None:
    store = callfold.Store(f"sqlite:{tmp_path}/calls.db")
    other = "5b4a7700-5104-414f-8c01-f1a3220e6477"
    store.append([callfold.Event.parse(f'{{"call":"{other}","rev":1,"type":"held","data":{{}}}}')])
    store.append(callfold.Bot(callfold.Ledger()).deliver(body("incoming"), received_at=AT).events)
    with pytest.raises(callfold.ReplayError, match=f"call {other}, revision 1: `held` is refused") as error:
        store.load()
    assert isinstance(error.value.read, callfold.Ledger)
    assert [call.id for call in error.value.read] == [CALL]


def test_a_call_that_is_read_after_each_event_costs_linear_time() -> None:
    def seconds(events: int) -> float:
        calls = callfold.Ledger()
        bot = callfold.Bot(calls)
        began = time.process_time()
        for number in range(events):
            tone = {"toneInfo": {"sequenceId": number, "tone": "tone1"}}
            calls.apply_all(bot.deliver(body("established", **tone), received_at=AT).events)
            _ = calls.call(CALL)
        return time.process_time() - began

    seconds(100)
    assert seconds(2_000) < 8 * seconds(500)


def test_bytes_of_any_kind_are_a_body() -> None:
    bot = callfold.Bot(callfold.Ledger())
    text = body("incoming")
    kinds: list[str | bytes | bytearray | memoryview] = [
        text,
        text.encode(),
        bytearray(text.encode()),
        memoryview(text.encode()),
    ]
    found = [bot.deliver(one, received_at=AT).events for one in kinds]
    assert all(events == found[0] for events in found)
    with pytest.raises(TypeError, match="expected str or bytes, found int"):
        bot.deliver(5)  # type: ignore[arg-type]


def test_a_time_that_python_does_not_have_is_none() -> None:
    event = callfold.Event.parse(
        f'{{"call":"{CALL}","rev":1,"at":"-000044-03-15T00:00:00Z","type":"offered","data":{{}}}}'
    )
    assert event.at is None and "-000044-03-15" in str(event)


def test_a_store_is_closed_once_and_for_all(tmp_path: Path) -> None:
    with callfold.Store(f"sqlite:{tmp_path}/calls.db") as store:
        assert len(store.load()) == 0
    store.close()
    with pytest.raises(callfold.StoreError, match="calls.db: it was closed: open it again"):
        store.load()
    callfold.Store(f"sqlite:{tmp_path}/calls.db").close()


def test_a_store_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with pytest.raises(callfold.StoreError, match="no/such"):
        callfold.Store(f"sqlite:{tmp_path}/no/such/calls.db")
    with pytest.raises(ValueError, match="is not the address of a store"):
        callfold.Store("calls.txt")
    with pytest.raises(ValueError, match="a store in memory is `memory`"):
        callfold.Store("sqlite::memory:")
    secret = "hunter2"
    with pytest.raises(callfold.StoreError) as error:
        callfold.Store(f"postgres://bot:{secret}@127.0.0.1:1/calls")
    assert secret not in str(error.value) + repr(error.value)


def test_other_headers_do_not_matter() -> None:
    odd: dict[object, object] = {"X-A": "\udcff", "Content-Length": 5, b"host": b"abc", "a": None}
    bot = callfold.Bot(callfold.Ledger())
    bot.ledger.apply_all(bot.deliver(body("incoming"), odd | MESSAGE, AT).events)  # type: ignore[arg-type]
    raw = [(name.lower().encode(), value.encode()) for name, value in MESSAGE.items()]
    again = bot.deliver(body("incoming"), raw, AT)
    assert [finding.kind for finding in again.findings] == ["duplicate"]
    with pytest.raises(TypeError, match="header `X-Microsoft-Skype-Message-ID`: expected str or bytes, found int"):
        bot.deliver(body("incoming"), {"X-Microsoft-Skype-Message-ID": 5}, AT)  # type: ignore[arg-type]


def test_a_finding_controls_no_terminal() -> None:
    observed = callfold.Bot(callfold.Ledger()).deliver(body("x\x1b[2J\nFAKE"), received_at=AT)
    shown = "".join(f"{finding}{finding!r}" for finding in observed.findings)
    assert observed.findings and "\x1b" not in shown and "\n" not in shown
