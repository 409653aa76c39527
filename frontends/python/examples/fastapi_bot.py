"""The webhook of a bot on FastAPI. Run it: uvicorn fastapi_bot:main --factory --port 3000"""

import asyncio
from collections.abc import Mapping

from fastapi import FastAPI, Request, Response

import callfold


def app(address: str) -> FastAPI:
    """The application of a bot that keeps its events at this address, such as ``sqlite:calls.db``."""
    store = callfold.Store(address)
    calls = store.load()
    bot = callfold.Bot(calls)
    application = FastAPI()

    # One notification after the other is observed, stored and folded. A store can be slow, so other requests go on meanwhile.
    turn = asyncio.Lock()

    def take(body: bytes, headers: Mapping[str, str]) -> None:
        observed = bot.deliver(body, headers)
        store.append(observed.events)  # First store the events,
        calls.apply_all(observed.events)  # then fold them into their calls.
        for finding in observed.findings:
            print(finding)

    @application.post("/callback")
    async def callback(request: Request) -> Response:
        async with turn:
            await asyncio.to_thread(take, await request.body(), request.headers)
        return Response(status_code=202)

    @application.get("/calls")
    def show() -> dict[str, str]:
        return {call.id: call.state for call in calls}

    return application


def main() -> FastAPI:
    return app("sqlite:calls.db")
