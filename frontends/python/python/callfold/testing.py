"""The local Graph calling service in a test: what the pytest fixture ``graph`` gives.

    def test_the_bot_answers(graph, bot_url):
        call = graph.ring(bot_url)
        graph.advance("PT2S")
        assert call.state == "established"
        call.press("1")

Nothing here needs a tenant, a tunnel or a telephone. The clock is moved by hand, so a test of 45 minutes takes milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ._native import Call, Operation, Service

__all__ = ["AsyncGraph", "AsyncGraphCall", "Graph", "GraphCall"]

_KEYS = {"*": "star", "#": "pound"}


class Graph:
    """A local Graph calling service in this process, on a free port of this machine.

    A method that makes something happen returns when the bot has answered the notification. Call it from another thread
    than that of the bot: in a test of an asyncio bot, use :attr:`aio`.

    :param bot: The URL to which notifications of ringing calls are posted.
    :param clock: ``manual`` (the clock moves with :meth:`advance` only), ``real``, or a factor such as ``x10``.
    :param seed: The number from which ids, times and faults come. The same seed gives the same log.
    :param settings: The other settings of ``callfold serve``, with the names of its config file, such as ``auto="off"``.
    :raises ValueError: A setting is wrong. The message says what would be right.
    :raises ServiceError: The service cannot start.
    """

    def __init__(self, *, bot: str | None = None, clock: str = "manual", seed: int = 1, **settings: Any) -> None:
        self.bot = bot
        _check_faults(settings.get("faults"))
        given = {"listen": "127.0.0.1:0", "clock": clock, "seed": seed, **settings}
        self._service = Service(json.dumps(given if bot is None else {**given, "bot": bot}))

    @property
    def url(self) -> str:
        """The URL of the service, such as ``http://127.0.0.1:40123``."""
        return self._service.url

    @property
    def base_url(self) -> str:
        """The base URL for an SDK: :attr:`url` and the version."""
        return f"{self.url}/v1.0"

    @property
    def now(self) -> datetime:
        """The time of the service."""
        return self._service.now

    @property
    def aio(self) -> AsyncGraph:
        """The same for a test whose bot runs in its event loop."""
        return AsyncGraph(self)

    def ring(self, callback_uri: object = None, **members: Any) -> GraphCall:
        """Somebody rings the bot.

        :param callback_uri: The URL to which notifications are posted, if it is another than :attr:`bot`: text, or what
            ``str`` makes text of.
        :param members: Members of Graph's call, such as ``subject="Help"`` or ``source={...}``. ``meeting=True`` makes it a group
            call.
        :raises ServiceError: A member is wrong, or there is no URL to post to.
        """
        _outside_a_loop("graph.aio.ring(...)")
        uri = self.bot if callback_uri is None else str(callback_uri)
        offer = members if uri is None else {"callbackUri": uri, **members}
        call = self._service.ring(json.dumps(offer))
        self._service.quiet()
        return GraphCall(self, call)

    def advance(self, by: str | timedelta) -> datetime:
        """Move the clock on. All that is due happens, in its order, before this returns the time then.

        :param by: A length of time, such as ``"PT45M"``, ``"45m"`` or ``timedelta(minutes=45)``.
        :raises ValueError: It is no length of time.
        :raises ServiceError: The clock is not manual.
        """
        _outside_a_loop("graph.aio.advance(...)")
        return self._service.advance(by)

    def scenario(self, scenario: str | Mapping[str, Any]) -> None:
        """Add a scenario: who rings, what they do, and who picks up.

        :param scenario: TOML, JSON, or the same as a mapping. A caller without ``callbackUri`` in a mapping rings :attr:`bot`.
        :raises ValueError: It cannot be read. The message says which member is wrong.
        """
        if isinstance(scenario, str):
            text = scenario
        else:
            callers = scenario.get("caller", [])
            if not isinstance(callers, Sequence) or not all(isinstance(caller, Mapping) for caller in callers):
                raise ValueError("`caller` is a list of callers, each of them a mapping")
            uri = {} if self.bot is None else {"callbackUri": self.bot}
            callers = [{**uri, **caller} for caller in callers]
            text = json.dumps({**scenario, "caller": callers})
        self._service.add_scenario(text)

    def faults(self, **faults: Any) -> None:
        """Replace all faults: the body of ``PUT /_callfold/faults``. Without arguments, nothing fails any more.

        graph.faults(requests=[{"method": "answer", "status": 503, "times": 1}], webhooks={"repeat": 1})
        """
        _check_faults(faults)
        self._service.set_faults(json.dumps(faults))

    def calls(self) -> list[GraphCall]:
        """All calls, those that rang first before the others."""
        calls = [GraphCall(self, id) for id in self._service.call_ids()]
        begins = {call: call._now().first_at for call in calls}
        return sorted(calls, key=lambda call: (begins[call] is None, begins[call], call.id))

    def call(self, id: str) -> GraphCall:
        """The call with this id.

        :raises LookupError: The service has no such call.
        """
        call = GraphCall(self, id)
        call._now()
        return call

    def deliveries(self, *, after: int = 0, call: str | GraphCall | None = None) -> list[dict[str, Any]]:
        """What the bot and the service sent to each other, in the order of the answers. Secrets are hidden.

        :param after: Only those with a higher ``number``.
        :param call: Only those of this call, or of the call with this id.
        :raises ValueError: The id is no GUID.
        """
        listed = self._service.deliveries(after)
        if call is None:
            return listed
        id = call.id if isinstance(call, GraphCall) else _canonical(call)
        return [one for one in listed if one["call"] == id]

    def quiet(self) -> None:
        """Wait until no request is being served, and no notification can be posted now."""
        _outside_a_loop("graph.aio.quiet()")
        self._service.quiet()

    def report(self) -> str:
        """What happened so far, as text: each call, event by event, and the deliveries that failed."""
        timelines = [call.timeline() for call in self.calls()]
        failed = [line for one in self.deliveries() if (line := _failure(one)) is not None]
        return "\n\n".join([*timelines, *(["\n".join(failed)] if failed else [])]) or "nobody has rung"

    def stop(self) -> None:
        """End the service. The fixture does this after each test. What another thread waits for fails with ``ServiceError``."""
        self._service.stop()

    def __enter__(self) -> Graph:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<callfold.testing.Graph {self.url if hasattr(self, '_service') else 'that did not start'}>"


class GraphCall:
    """A call of the local service. Its properties say what is the case now."""

    def __init__(self, graph: Graph, id: str) -> None:
        self._graph = graph
        self.id = _canonical(id)

    @property
    def snapshot(self) -> Call:
        """All that is known of the call now, with its events.

        :raises LookupError: The service has no such call, or has forgotten it.
        """
        return self._now(history=True)

    def _now(self, *, history: bool = False) -> Call:
        call = self._graph._service.call(self.id, history)
        if call is None:
            raise LookupError(f"the service has no call {self.id}")
        return call

    @property
    def state(self) -> str:
        """Graph's ``callState``."""
        return self._now().state

    @property
    def operations(self) -> list[Operation]:
        """The operations, in the order in which the bot asked for them."""
        return self._now().operations

    @property
    def tones(self) -> list[str]:
        """The keys that were reported to the bot, such as ``1``."""
        keys = {name: key for key, name in _KEYS.items()}
        return [keys.get(tone, tone.removeprefix("tone")) for tone in self._now().tones]

    @property
    def aio(self) -> AsyncGraphCall:
        """The same for a test whose bot runs in its event loop."""
        return AsyncGraphCall(self)

    def press(self, keys: str) -> None:
        """The caller presses keys, one after the other: ``"1"``, ``"42#"``, ``"*"``.

        As in Teams, a bot that did not subscribe to tones gets no notification of them, and the events of the call do not have them.

        :raises ServiceError: Keys cannot be pressed now. The message says what can happen.
        """
        _outside_a_loop("call.aio.press(...)")
        for key in keys:
            self.happen("tonePressed", tone=_KEYS.get(key, f"tone{key}"))

    def hang_up(self, **members: Any) -> None:
        """The caller hangs up. Without members, Graph reports 200/4521."""
        _outside_a_loop("call.aio.hang_up(...)")
        self.happen("hungUp", **members)

    def happen(self, type: str, /, **members: Any) -> None:
        """Something else happens, such as ``call.happen("held")``. See "Network events" in the documentation of the service.

        :raises ValueError: A member is unknown or wrong.
        :raises ServiceError: It cannot happen now. The message says what can.
        """
        _outside_a_loop("call.aio.happen(...)")
        self._graph._service.happen(self.id, json.dumps({"type": type, **members}))
        self._graph.quiet()

    def deliveries(self) -> list[dict[str, Any]]:
        """What the bot and the service sent to each other about this call."""
        return self._graph.deliveries(call=self.id)

    def timeline(self) -> str:
        """What happened, event by event, as text."""
        return self.snapshot.timeline()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GraphCall) and (self._graph, self.id) == (other._graph, other.id)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<callfold.testing.GraphCall {self.id}>"


class AsyncGraph:
    """What of :class:`Graph` waits for the bot, without holding up the event loop."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def ring(self, callback_uri: object = None, **members: Any) -> GraphCall:
        """See :meth:`Graph.ring`."""
        return await asyncio.to_thread(self._graph.ring, callback_uri, **members)

    async def advance(self, by: str | timedelta) -> datetime:
        """See :meth:`Graph.advance`."""
        return await asyncio.to_thread(self._graph.advance, by)

    async def quiet(self) -> None:
        """See :meth:`Graph.quiet`."""
        await asyncio.to_thread(self._graph.quiet)


class AsyncGraphCall:
    """What of :class:`GraphCall` waits for the bot, without holding up the event loop."""

    def __init__(self, call: GraphCall) -> None:
        self._call = call

    async def press(self, keys: str) -> None:
        """See :meth:`GraphCall.press`."""
        await asyncio.to_thread(self._call.press, keys)

    async def hang_up(self, **members: Any) -> None:
        """See :meth:`GraphCall.hang_up`."""
        await asyncio.to_thread(self._call.hang_up, **members)

    async def happen(self, type: str, /, **members: Any) -> None:
        """See :meth:`GraphCall.happen`."""
        await asyncio.to_thread(self._call.happen, type, **members)


def _canonical(id: str) -> str:
    """The id of a call as the service writes it."""
    try:
        return str(uuid.UUID(id))
    except ValueError:
        raise ValueError(f"{id!r} is no id of a call: it is a GUID") from None


def _check_faults(faults: object) -> None:
    if isinstance(faults, Mapping) and "crash" in faults:
        raise ValueError("`crash` ends the process, which here is that of the test: use `callfold serve` for it")


def _outside_a_loop(instead: str) -> None:
    """Refuse to hold up an event loop: a bot that runs in it could not answer."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError(f"this would hold up the event loop, in which the bot may run: use `await {instead}`")


def _failure(delivery: Mapping[str, Any]) -> str | None:
    """A delivery in a line, if it failed."""
    answer = delivery["answer"]
    if isinstance(answer, Mapping) and "status" in answer:
        if answer["status"] < 400:
            return None
        why = str(answer["status"])
        error = answer["body"].get("error", {}) if isinstance(answer["body"], Mapping) else {}
        if isinstance(error, Mapping) and "message" in error:
            why = f"{why} {error['message']}"
    else:
        why = str(answer["error"]) if isinstance(answer, Mapping) and "error" in answer else "no answer"
    return f"{delivery['kind']} {delivery['method']} {delivery['url']}: {why}"
