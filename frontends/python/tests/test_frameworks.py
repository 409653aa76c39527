"""The examples: bots on aiohttp, FastAPI and Flask, each with a call of the local service."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

import pytest

import callfold
from callfold.testing import Graph

EXAMPLES = Path(__file__).parents[1] / "examples"
sys.path.insert(0, str(EXAMPLES))


def check(graph: Graph, url: str, address: str) -> None:
    """Somebody rings and hangs up, and each notification comes twice. The bot has kept it all."""
    graph.faults(webhooks={"repeat": 1})
    call = graph.ring(url)
    call.hang_up()
    assert {one["answer"]["status"] for one in call.deliveries()} == {202}
    (kept,) = callfold.Store(address).load()
    assert (kept.id, kept.state, kept.ending) == (call.id, "terminated", "200/4521 The peer ended the call.")


def test_aiohttp(graph: Graph, tmp_path: Path) -> None:
    from aiohttp import ClientSession
    from aiohttp.test_utils import TestServer
    from aiohttp_bot import app

    address = f"sqlite:{tmp_path}/calls.db"

    async def course() -> None:
        async with TestServer(app(address)) as bot:
            await asyncio.to_thread(check, graph, str(bot.make_url("/callback")), address)
            async with ClientSession() as session, session.get(bot.make_url("/calls")) as shown:
                assert list((await shown.json()).values()) == ["terminated"]

    asyncio.run(course())


def test_fastapi(graph: Graph, tmp_path: Path) -> None:
    import uvicorn
    from fastapi_bot import app

    address = f"sqlite:{tmp_path}/calls.db"
    server = uvicorn.Server(uvicorn.Config(app(address), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        threading.Event().wait(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        check(graph, f"http://127.0.0.1:{port}/callback", address)
    finally:
        server.should_exit = True
        thread.join()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _wsgi(app: WSGIApplication) -> Generator[str, None, None]:
    server = make_server("127.0.0.1", 0, app, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/callback"
    server.shutdown()
    server.server_close()


def test_flask(graph: Graph, tmp_path: Path) -> None:
    from flask_bot import app

    address = f"sqlite:{tmp_path}/calls.db"
    with _wsgi(app(address)) as url:
        check(graph, url, address)


def test_a_whole_test_of_an_ivr_bot_is_25_lines(pytestconfig: pytest.Config) -> None:
    text = (EXAMPLES / "test_ivr.py").read_text()
    assert len(text.splitlines()) <= 25
