"""The services that are measured: how they are built, started, watched and stopped."""

import json
import os
import pathlib
import re
import resource
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What is built here, and the files of the store.
FOLDER = ROOT / "target/load"
# Seconds after which a client is given up.
LONGEST = 600
CARGO = ["cargo", "build", "--release", "--quiet"]

# Nothing that happens by itself takes time: the service is measured, and not its delays.
CONFIG = """[byItself]
connect = "0s"
prompt = "0s"
end = "0s"
"""


class Programs(NamedTuple):
    """The built programs. Without the yardsticks, the last two are `None`."""

    callfold: pathlib.Path
    load: pathlib.Path
    bare: pathlib.Path | None
    express: pathlib.Path | None


class Service(NamedTuple):
    """How a service is started. `is_callfold` is false for a yardstick, which knows no calls."""

    name: str
    command: list
    is_callfold: bool = False
    posts_webhooks: bool = True


def build():
    """Builds what is measured, and what measures. The yardsticks are copied first: they are no part of this project."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release"
    callfold = pathlib.Path(os.environ.get("CALLFOLD", folder / "callfold"))
    if "CALLFOLD" not in os.environ:
        subprocess.run([*CARGO, "-p", "callfold-cli", "--features", "serve"], cwd=ROOT, check=True)
    subprocess.run([*CARGO, "-p", "callfold-serve", "--example", "load"], cwd=ROOT, check=True)
    load = folder / "examples/load"
    yardsticks = pathlib.Path(os.environ.get("CALLFOLD_YARDSTICKS", ROOT / "../shared/bench"))
    if not yardsticks.exists():
        print(f"SKIPPED: bare-service and express-mock: there is no {yardsticks}; CALLFOLD_YARDSTICKS names another folder")
        return Programs(callfold, load, None, None)
    for name in ("bare-service", "express-mock"):
        shutil.copytree(yardsticks / name, FOLDER / name, dirs_exist_ok=True)
    target = FOLDER / "bare-service/target"
    subprocess.run([*CARGO, "--target-dir", target], cwd=FOLDER / "bare-service", check=True)
    if not (FOLDER / "express-mock/node_modules").exists():
        install = ["npm", "install", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(install, cwd=FOLDER / "express-mock", check=True)
    return Programs(callfold, load, target / "release/bare-service", FOLDER / "express-mock/mock.mjs")


def callfold(programs, folder, store, settings=CONFIG):
    """callfold with a new store in this folder."""
    place = pathlib.Path(tempfile.mkdtemp(dir=folder))
    config = place / "callfold.toml"
    config.write_text(settings)
    kept = f"sqlite:{place}/calls.db" if store == "sqlite" else store
    command = [programs.callfold, "serve", "--listen", "127.0.0.1:0", "--config", config, "--store", kept]
    return Service(store, command, is_callfold=True)


def all_services(programs, folder):
    """callfold with each store, and the yardsticks."""
    services = [callfold(programs, folder, "memory"), callfold(programs, folder, "sqlite")]
    if programs.bare:
        services.append(Service("bare", [programs.bare, "0"], posts_webhooks=False))
        services.append(Service("express", ["node", programs.express, "0"]))
    return services


class Running:
    """A service that runs. `start_up` is the time from the start of the process until it answers requests."""

    def __init__(self, service):
        self.service = service
        self.bot = free_port()
        environment = {**os.environ, "CALLBACK": f"http://127.0.0.1:{self.bot}/live"}
        begun = time.perf_counter()
        # What it logs is not kept, as it would fill the disk. /metrics counts what goes wrong.
        silent = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(service.command, env=environment, text=True, **silent)
        line = self.process.stdout.readline()
        self.start_up = time.perf_counter() - begun
        if not line.startswith("listening on "):
            raise RuntimeError(f"{service.name} does not listen: {line}")
        self.url = line.split()[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(30)
        finally:
            # Nothing happens to a process that has ended.
            self.process.kill()
            self.process.stdout.close()

    def memory(self):
        """Bytes in memory."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return 1024 * int(re.search(r"VmRSS:\s*(\d+)", status)[1])

    def cpu(self):
        """Seconds of CPU so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def problems(self):
        """What the service itself counted that went wrong."""
        if not self.service.is_callfold:
            return []
        text = urllib.request.urlopen(f"{self.url}/_callfold/metrics").read().decode()
        counters = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        wrong = re.compile(r'.*(outcome="(failed|givenUp|moved|onceMore)"|status="[345]|queue_length)')
        found = {name: value for name, value in counters.items() if wrong.match(name) and float(value)}
        return [f"{self.service.name}: {name} is {value}" for name, value in found.items()]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def load(programs, running, kind, calls, ids, seconds=0.0, warm_up=0.0):
    """Loads a service, and gives the figures. `ids` is the file with the ids of its live calls. `clientCpu` is how much
    of its one core the client used: near 1, it is the client that is measured."""
    command = [programs.load, "--url", running.url, "--kind", kind, "--calls", str(calls), "--listen", str(running.bot)]
    command += ["--seconds", str(seconds), "--warm-up", str(warm_up)]
    command += ["--ids", ids] if running.service.is_callfold else ["--made-up"]
    command += [] if running.service.posts_webhooks else ["--no-webhooks"]
    before, begun = client_cpu(), time.perf_counter()
    figures = json.loads(subprocess.check_output(command, timeout=LONGEST))
    figures["clientCpu"] = (client_cpu() - before) / (time.perf_counter() - begun)
    return figures


def client_cpu():
    """Seconds of CPU of the processes that have ended. While the services run, these are the clients."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
