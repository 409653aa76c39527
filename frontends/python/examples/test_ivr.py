"""A whole test of an IVR bot on the SDK of Microsoft Graph: pytest test_ivr.py"""

import asyncio

from aiohttp.test_utils import TestServer
from ivr_bot import ivr

from callfold.testing import Graph


def test_a_key_ends_the_call(graph: Graph) -> None:
    async def course() -> None:
        async with TestServer(ivr(graph.base_url)) as bot:
            call = await graph.aio.ring(str(bot.make_url("/callback")))
            await graph.aio.advance("1s")
            assert call.state == "established"
            await call.aio.press("5")
            await graph.aio.advance("1s")
            assert (call.state, call.tones) == ("terminated", ["5"])
            assert [one["answer"]["status"] for one in call.deliveries() if one["kind"] == "request"] == [202, 200, 204]

    asyncio.run(course())
