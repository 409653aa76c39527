"""What all tests share."""

from __future__ import annotations

import http.server
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[3] / "docs" / "samples"

pytest_plugins = ["pytester"]


class Bot:
    """A bot that answers each call, on a thread of its own."""

    def __init__(self) -> None:
        bot, self.received = self, list[dict[str, Any]]()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                for one in body["value"]:
                    bot.received.append(one)
                    if one["resourceData"].get("state") == "incoming":
                        bot.post(f"{one['resourceUrl']}/answer", ANSWER | {"callbackUri": bot.url})
                self.send_response(202)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.graph_url = ""
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/callback"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """A request of the bot."""
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.graph_url}{path}", json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request) as response:
                return json.loads(response.read() or "null")
        except urllib.error.HTTPError as error:
            return json.loads(error.read())


ANSWER = {
    "acceptedModalities": ["audio"],
    "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
}


@pytest.fixture
def bot() -> Generator[Bot, None, None]:
    """A bot. Set its `graph_url`."""
    bot = Bot()
    yield bot
    bot.server.shutdown()
    bot.server.server_close()
