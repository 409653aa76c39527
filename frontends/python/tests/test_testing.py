"""The fixture `graph`."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from conftest import Bot

from callfold import ServiceError
from callfold.testing import Graph


@pytest.fixture
def calls_bot(graph: Graph, bot: Bot) -> Graph:
    """The service, with a bot that answers."""
    graph.bot = bot.url
    bot.graph_url = graph.base_url
    return graph


def test_a_call_is_answered_and_ends(calls_bot: Graph, bot: Bot) -> None:
    call = calls_bot.ring(subject="Help")
    assert calls_bot.advance("PT1S") == datetime(2026, 1, 1, 0, 0, 1, tzinfo=timezone.utc)
    assert call.state == "established"
    calls_bot.advance(timedelta(minutes=44))
    call.hang_up()
    assert call.state == "terminated"
    assert call.snapshot.ending == "200/4521 The peer ended the call."
    assert [one["resourceData"].get("state") for one in bot.received][-1] == "terminated"
    assert calls_bot.calls() == [call]


def test_keys_are_pressed(calls_bot: Graph, bot: Bot) -> None:
    call = calls_bot.ring()
    calls_bot.advance("1s")
    with pytest.raises(ServiceError, match="`resumed` is refused"):
        call.happen("resumed")
    bot.post(f"/communications/calls/{call.id}/subscribeToTone", {"clientContext": "menu"})
    call.press("4*#2")
    assert call.tones == ["4", "*", "#", "2"]


def test_a_scenario_rings(calls_bot: Graph) -> None:
    then = [{"on": "established", "after": "45m", "hangUp": True}]
    calls_bot.scenario({"caller": [{"name": "Alex Wilber", "then": then}]})
    calls_bot.advance("44m")
    assert [call.state for call in calls_bot.calls()] == ["established"]
    calls_bot.advance("2m")
    assert [(call.snapshot.caller, call.state) for call in calls_bot.calls()] == [("Alex Wilber", "terminated")]


def test_faults_come_and_go(calls_bot: Graph, bot: Bot) -> None:
    calls_bot.faults(requests=[{"method": "answer", "status": 503, "times": 1}])
    failed = calls_bot.ring().deliveries()[0]
    assert (failed["kind"], failed["answer"]["status"]) == ("request", 503)
    calls_bot.faults()
    assert {one["answer"]["status"] for one in calls_bot.ring().deliveries()} == {202}


def test_deliveries_are_listed_without_secrets(calls_bot: Graph) -> None:
    call = calls_bot.ring()
    calls_bot.ring()
    listed = call.deliveries()
    assert {one["kind"] for one in listed} == {"request", "webhook"}
    assert {one["call"] for one in listed} == {call.id}
    webhooks = [one for one in listed if one["kind"] == "webhook"]
    assert {one["headers"]["Authorization"] for one in webhooks} == {"(hidden)"}
    last = calls_bot.deliveries()[-1]["number"]
    assert calls_bot.deliveries(after=last) == []


def test_what_is_wrong_is_said(graph: Graph) -> None:
    with pytest.raises(ServiceError, match="callbackUri"):
        graph.ring()
    with pytest.raises(ValueError, match="soon"):
        graph.advance("soon")
    with pytest.raises(ValueError, match="caler"):
        graph.scenario({"caler": []})
    with pytest.raises(ValueError, match="`caller` is a list"):
        graph.scenario({"caller": {"name": "Alex Wilber"}})
    with pytest.raises(ValueError, match="webhook"):
        graph.faults(webhook={})
    with pytest.raises(ValueError, match="colour"):
        Graph(colour="red")
    with pytest.raises(LookupError, match="no call"):
        graph.call("57dab8b1-894c-409a-b240-bd8beae78896")
    call = graph.ring("http://127.0.0.1:1/callback")
    with pytest.raises(ValueError, match="`tone`"):
        call.happen("tonePressed", key=5)
    with pytest.raises(ServiceError, match="legal now"):
        call.press("1")


def test_a_service_that_has_ended_says_so(graph: Graph) -> None:
    graph.stop()
    graph.stop()
    with pytest.raises(ServiceError, match="has ended"):
        graph.calls()


@pytest.mark.graph(clock="x10", seed=7, auto="off")
def test_the_marker_has_settings(graph: Graph) -> None:
    with pytest.raises(ServiceError, match="manual"):
        graph.advance("1s")


def test_nothing_holds_up_the_event_loop_of_a_bot(graph: Graph) -> None:
    async def course() -> None:
        call = await graph.aio.ring("http://127.0.0.1:1/callback")
        waits: list[Callable[[], object]] = [
            graph.ring,
            lambda: graph.advance("1s"),
            lambda: call.press("1"),
            graph.quiet,
        ]
        for wait in waits:
            with pytest.raises(RuntimeError, match="aio"):
                wait()

    asyncio.run(course())


def test_a_fault_does_not_end_the_process_of_the_test(graph: Graph) -> None:
    crashes: list[Callable[[], object]] = [
        lambda: graph.faults(crash={"after": "stored"}),
        lambda: Graph(faults={"crash": {}}),
    ]
    for crash in crashes:
        with pytest.raises(ValueError, match="callfold serve"):
            crash()


def test_a_call_is_named_in_any_spelling(graph: Graph) -> None:
    call = graph.ring("http://127.0.0.1:1/callback")
    assert graph.call(call.id.upper()) == call
    assert graph.deliveries(call=call) == graph.deliveries(call=call.id.upper()) == call.deliveries() != []
    with pytest.raises(ValueError, match="GUID"):
        graph.deliveries(call="x")
    with pytest.raises(TypeError, match="expected a timedelta, or a text such as '45m', found int"):
        graph.advance(5)  # type: ignore[arg-type]


def test_markers_add_up_and_a_failing_fixture_shows_its_calls(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def rung(graph):
            graph.ring("http://127.0.0.1:1/callback")
            raise AssertionError("the fixture fails")

        @pytest.mark.graph(seed=7)
        class TestIt:
            @pytest.mark.graph(auto="off")
            def test_seed(self, graph):
                assert graph._service.seed == 7

            def test_fixture(self, rung):
                pass
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*calls of the fixture graph*"])


def test_a_teardown_that_fails_shows_the_calls(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def checked(graph):
            yield graph.ring("http://127.0.0.1:1/callback")
            raise AssertionError("the call is not answered")

        def test_it(checked):
            pass
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*calls of the fixture graph*", "call *: Adele Vance → The bot, incoming"])


def test_a_service_ends_at_once_though_a_thread_waits() -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    graph = Graph(bot=f"http://127.0.0.1:{silent.getsockname()[1]}/callback")
    port = int(graph.url.rpartition(":")[2])
    with ThreadPoolExecutor() as threads:
        rung = threads.submit(graph.ring)
        # The bot never answers, so the thread waits from here on.
        connection, _ = silent.accept()
        graph.stop()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        assert isinstance(rung.exception(timeout=10), ServiceError)
    connection.close()
    silent.close()


def test_a_wrong_setting_is_named_as_it_was_given() -> None:
    with pytest.raises(ValueError, match="unknown field `clok`.*`clock`") as wrong:
        Graph(clok="manual")
    assert "line 1" not in str(wrong.value)


def test_a_failed_test_shows_its_calls(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_it_is_answered(graph):
            call = graph.ring("http://127.0.0.1:1/callback")
            assert call.state == "established"
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*calls of the fixture graph*",
            "call *: Adele Vance → The bot, incoming",
            "*incoming  The call was offered.",
            "webhook POST http://127.0.0.1:1/callback: *",
        ]
    )


MANY = """
import pytest, socket

@pytest.mark.parametrize("number", range(200))
def test_one(graph, number):
    assert graph.ring("http://127.0.0.1:1/callback").state == "incoming"
    PORTS.append(int(graph.url.rpartition(":")[2]))

PORTS = []

def test_nothing_is_left():
    assert len(PORTS) == 200
    for port in PORTS:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
"""


def test_two_hundred_services_leave_nothing_running(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(MANY)
    began = datetime.now()
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=201)
    seconds = (datetime.now() - began).total_seconds()
    print(f"200 tests with a service each: {seconds:.1f} s")


FORGETFUL = """
from callfold.testing import Graph
import pytest, socket

KEPT = []

def test_it_forgets():
    graph = Graph()
    KEPT.append(int(graph.url.rpartition(":")[2]))

def test_nothing_is_left():
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", KEPT[0]))
"""


def test_a_forgotten_service_ends_with_its_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(FORGETFUL)
    pytester.runpytest_subprocess().assert_outcomes(passed=2)


def test_services_run_beside_each_other(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    pytester.makepyfile(MANY.replace("range(200)", "range(20)").replace("== 200", "<= 20"))
    pytester.runpytest_subprocess("-n", "2").assert_outcomes(passed=21)


def test_another_fixture_can_have_this_name(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def graph():
            return {"nodes": 3}

        def test_it(graph):
            assert graph["nodes"] == 4
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*calls of the fixture graph*")
