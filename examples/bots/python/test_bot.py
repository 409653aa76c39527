import json
import os
import socket
import subprocess
import sys
import urllib.request

import pytest

APP = "ca11f01d-0000-4000-8000-000000000001"


@pytest.fixture
def port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture
def service(port):
    command = ["callfold", "serve", "--listen", "127.0.0.1:0", "--clock", "manual", "--seed", "7"]
    process = subprocess.Popen(
        [*command, "--bot", f"http://localhost:{port}/callback"], stdout=subprocess.PIPE, text=True
    )
    line = process.stdout.readline()
    assert line.startswith("listening on "), "callfold did not start: its message is below"
    yield line.removeprefix("listening on ").strip()
    process.terminate()
    process.wait()


@pytest.fixture
def bot(service, port, tmp_path):
    environment = {
        "APP_ID": APP,
        "GRAPH_URL": f"{service}/v1.0",
        "DISCOVERY_URL": f"{service}/v1/.well-known/OpenIdConfiguration",
        "PORT": str(port),
        "RECORDINGS": str(tmp_path),
    }
    file = os.path.join(os.path.dirname(__file__), "bot.py")
    process = subprocess.Popen(
        [sys.executable, file], env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    yield process
    process.terminate()
    process.wait()


def admin(service, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(f"{service}/_callfold{path}", data) as response:
        return json.load(response)


def test_a_caller_who_presses_1_is_transferred(service, bot):
    steps = [
        {"on": "playPrompt completed", "tonePressed": "tone1"},
        {"on": "recordResponse running", "after": "1s", "speak": "3s"},
    ]
    admin(service, "/scenarios", {"caller": [{"name": "Adele Vance", "then": steps}]})
    admin(service, "/clock/advance", {"by": "PT1M"})
    (call,) = admin(service, "/calls")["calls"]
    assert (call["from"], call["state"], call["tones"]) == ("Adele Vance", "terminated", ["tone1"])
    assert [request["method"] for request in call["requests"]] == ["transfer"]
