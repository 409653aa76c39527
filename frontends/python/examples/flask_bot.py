"""The webhook of a bot on Flask. Run it: flask --app flask_bot:main run --port 3000"""

from threading import Lock

from flask import Flask, request

import callfold


def app(address: str) -> Flask:
    """The application of a bot that keeps its events at this address, such as ``sqlite:calls.db``."""
    store = callfold.Store(address)
    calls = store.load()
    bot = callfold.Bot(calls)
    application = Flask(__name__)
    # Flask handles requests on several threads: one notification after the other is observed, stored and folded.
    turn = Lock()

    @application.post("/callback")
    def callback() -> tuple[str, int]:
        with turn:
            observed = bot.deliver(request.get_data(), request.headers)
            store.append(observed.events)
            calls.apply_all(observed.events)
        for finding in observed.findings:
            print(finding)
        return "", 202

    @application.get("/calls")
    def show() -> dict[str, str]:
        return {call.id: call.state for call in calls}

    return application


def main() -> Flask:
    return app("sqlite:calls.db")
