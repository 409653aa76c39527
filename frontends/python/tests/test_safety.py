"""Secrets, pickles, forks, threads."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from conftest import SAMPLES

import callfold
from callfold.testing import Graph

SECRET = "s3cr3t-t0k3n"
CALL = "57dab8b1-894c-409a-b240-bd8beae78896"
BODY = (
    f'{{"value":[{{"resourceUrl":"/communications/calls/{CALL}","resourceData":{{"state":"incoming",'
    f'"meetingInfo":{{"@odata.type":"#microsoft.graph.joinMeetingIdMeetingInfo","joinMeetingId":"1","passcode":"{SECRET}"}}}}}}]}}'
)


def test_no_secret_is_shown() -> None:
    calls = callfold.Ledger()
    bot = callfold.Bot(calls)
    observed = bot.deliver(BODY)
    calls.apply_all(observed.events)
    (call,) = calls
    assert SECRET in str(observed.events[0]), "the log keeps it"
    shown: list[object] = [
        observed,
        *observed.events,
        *observed.findings,
        bot,
        calls,
        call,
        *call.operations,
        *call.participants,
    ]
    texts = [repr(one) for one in shown] + [call.timeline(), call.svg(), str(call.json())]
    tables = calls.tables()
    texts += [repr(tables), *(event.description for event in observed.events)]
    texts += [
        str(pa.table(one).to_pylist())
        for one in [tables.calls, tables.operations, tables.participants, tables.findings]
    ]
    assert not any(SECRET in text for text in texts)
    with pytest.raises(callfold.LineError) as error:
        callfold.Event.parse(str(observed.events[0]).replace('"rev":1', '"rev":0'))
    assert SECRET not in str(error.value)


def test_what_engines_ship_can_be_pickled() -> None:
    calls, findings = callfold.read(SAMPLES / "ivr.jsonl")
    call = calls.calls()[0]
    observed = callfold.Bot(callfold.Ledger()).deliver(BODY)
    values: list[object] = [call, call.events[0], findings[0], *call.operations, *call.participants, call.result_info]
    for one in values:
        assert pickle.loads(pickle.dumps(one)) == one
    assert len({*call.operations, *call.participants}) == len(call.operations) + len(call.participants)
    assert pickle.loads(pickle.dumps(observed)).events == observed.events
    again = pickle.loads(pickle.dumps(calls))
    assert again.calls() == calls.calls()
    assert [one.timeline() for one in again] == [one.timeline() for one in calls]
    tables = callfold.replay(SAMPLES / "ivr.jsonl")
    copied = pickle.loads(pickle.dumps(tables))
    assert pa.table(copied.calls).equals(pa.table(tables.calls))
    assert pa.table(copied.findings).equals(pa.table(tables.findings))


def _in_child(graph: Graph, results: Any) -> None:
    try:
        graph.calls()
        results.put("the service answers")
    except callfold.ServiceError:
        with Graph() as own:
            results.put(own.ring("http://127.0.0.1:1/callback").state)
    graph.stop()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_of_a_fork_has_a_service_of_its_own(graph: Graph) -> None:
    context = multiprocessing.get_context("fork")
    results: Any = context.Queue()
    child = context.Process(target=_in_child, args=(graph, results))
    child.start()
    assert results.get(timeout=20) == "incoming"
    child.join(20)
    assert child.exitcode == 0
    assert graph.ring("http://127.0.0.1:1/callback").state == "incoming", "that of the parent still runs"


@pytest.fixture
def interrupted() -> Generator[None, None, None]:
    """SIGINT is that of Python, also where what runs the tests ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _use(store: callfold.Store, results: Any) -> None:
    try:
        results.put(str(store.events(CALL)))
    except callfold.StoreError as error:
        results.put(str(error))


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_of_a_fork_opens_a_store_of_its_own(tmp_path: Path) -> None:
    store = callfold.Store(f"sqlite:{tmp_path}/calls.db")
    assert store.events(CALL) == []
    context = multiprocessing.get_context("fork")
    results: Any = context.Queue()
    child = context.Process(target=_use, args=(store, results))
    child.start()
    assert "after the fork" in results.get(timeout=20)
    child.join(20)
    assert child.exitcode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_what_handles_a_signal_can_use_callfold(bot: Any, tmp_path: Path) -> None:
    stored = []
    store = callfold.Store(f"sqlite:{tmp_path}/calls.db")
    before = signal.signal(signal.SIGALRM, lambda *_: stored.append(store.events(CALL)))
    try:
        with Graph(clock="real") as graph:
            bot.received = _Hanging(threading.Event(), 1.0)
            bot.graph_url = graph.base_url
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            graph.ring(bot.url)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert stored == [[]]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_ends_a_replay(interrupted: None, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text((SAMPLES / "ivr.jsonl").read_text() * 3_000)
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        callfold.replay(log)
        time.sleep(30)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_ends_the_waiting(interrupted: None, bot: Any) -> None:
    with Graph(clock="real", webhooks={"timeout": "PT20S"}) as graph:
        hung = threading.Event()
        bot.received = _Hanging(hung)
        bot.graph_url = graph.base_url
        threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            graph.ring(bot.url)
        assert time.monotonic() - began < 10
        hung.set()


class _Hanging(list[Any]):
    """A bot that waits before it handles a notification."""

    def __init__(self, until: threading.Event, seconds: float = 15) -> None:
        super().__init__()
        self.until, self.seconds = until, seconds

    def append(self, one: Any) -> None:
        self.until.wait(self.seconds)


def test_other_threads_go_on_while_a_log_is_read(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text((SAMPLES / "ivr.jsonl").read_text() * 500)
    ticks = 0
    done = threading.Event()

    def replay() -> None:
        callfold.replay(log)
        done.set()

    threading.Thread(target=replay).start()
    while not done.is_set():
        ticks += 1
        time.sleep(0.001)
    assert ticks > 10


def test_threads_share_a_ledger() -> None:
    calls = callfold.Ledger()
    lines = (SAMPLES / "service.jsonl").read_text().splitlines()
    events = [callfold.Event.parse(line) for line in lines]
    by_call = {event.call_id: [one for one in events if one.call_id == event.call_id] for event in events}
    threads = [threading.Thread(target=calls.apply_all, args=(some,)) for some in by_call.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == len(by_call)


def test_the_command_is_installed() -> None:
    command = Path(sys.executable).parent / "callfold"
    run = subprocess.run([command, "check", SAMPLES / "malformed.jsonl"], capture_output=True, text=True)
    assert run.returncode == 1 and "malformed" in run.stdout + run.stderr
    version = subprocess.run([command, "--version"], capture_output=True, text=True)
    assert version.stdout == f"callfold {callfold.__version__}\n"
    module = subprocess.run([sys.executable, "-m", "callfold", "--version"], capture_output=True, text=True)
    assert module.stdout == version.stdout
    served = subprocess.run([command, "serve", "--help"], capture_output=True, text=True)
    assert "--clock" in served.stdout
