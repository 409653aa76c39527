"""The webhook of a bot on FastAPI. Run it: uvicorn fastapi_bot:main --factory --port 3000"""

from fastapi import FastAPI, Request, Response

import callfold


def app(address: str) -> FastAPI:
    """The application of a bot that keeps its events at this address, such as ``sqlite:calls.db``."""
    store = callfold.Store(address)
    calls = store.load()
    bot = callfold.Bot(calls)
    application = FastAPI()

    @application.post("/callback")
    async def callback(request: Request) -> Response:
        observed = bot.deliver(await request.body(), request.headers)
        store.append(observed.events)  # First store the events,
        calls.apply_all(observed.events)  # then fold them into their calls.
        for finding in observed.findings:
            print(finding)
        return Response(status_code=202)

    @application.get("/calls")
    def show() -> dict[str, str]:
        return {call.id: call.state for call in calls}

    return application


def main() -> FastAPI:
    return app("sqlite:calls.db")
