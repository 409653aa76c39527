"""The webhook of a bot on aiohttp. Run it: python aiohttp_bot.py"""

import asyncio
from collections.abc import Mapping

from aiohttp import web

import callfold


def app(address: str) -> web.Application:
    """The application of a bot that keeps its events at this address, such as ``sqlite:calls.db``."""
    store = callfold.Store(address)
    calls = store.load()
    bot = callfold.Bot(calls)

    # One notification after the other is observed, stored and folded. A store can be slow, so other requests go on meanwhile.
    turn = asyncio.Lock()

    def take(body: bytes, headers: Mapping[str, str]) -> None:
        observed = bot.deliver(body, headers)
        store.append(observed.events)  # First store the events,
        calls.apply_all(observed.events)  # then fold them into their calls.
        for finding in observed.findings:
            print(finding)

    async def callback(request: web.Request) -> web.Response:
        async with turn:
            await asyncio.to_thread(take, await request.read(), request.headers)
        return web.Response(status=202)

    async def show(_: web.Request) -> web.Response:
        return web.json_response({call.id: call.state for call in calls})

    application = web.Application()
    application.add_routes([web.post("/callback", callback), web.get("/calls", show)])
    return application


if __name__ == "__main__":
    web.run_app(app("sqlite:calls.db"), port=3000)
