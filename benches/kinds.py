"""The kinds of log that callfold reads, how a log of each kind is made, and what the benchmarks run on it."""

import json
import os
import pathlib
import re
import subprocess
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[1]


class Kind(NamedTuple):
    """A command, the log that it reads, and the yardstick of that log."""

    command: list
    log: str
    yardstick: str = "yardstick"


# With one thread, which is the default.
REPLAY = ["callfold", "replay", "--json"]

# A bare decode of the same calls: of their events, or of their bodies.
YARDSTICKS = {
    "yardstick": Kind(["examples/decode"], "canonical"),
    "yardstick-bodies": Kind(["examples/decode", "--notifications"], "bodies", "yardstick-bodies"),
}

KINDS = {
    "canonical": Kind(REPLAY, "canonical"),
    "table": Kind(["callfold", "replay"], "canonical"),
    "strict": Kind([*REPLAY, "--strict"], "canonical"),
    "sorted": Kind(REPLAY, "sorted"),
    "blanks": Kind(REPLAY, "blanks"),
    "cloudevents": Kind(REPLAY, "cloudevents"),
    "service": Kind(REPLAY, "service"),
    "notifications": Kind(REPLAY, "bodies", "yardstick-bodies"),
    "convert": Kind(["callfold", "convert", "--to", "events"], "bodies", "yardstick-bodies"),
    "sdk-log": Kind(REPLAY, "sdk-log", "yardstick-bodies"),
}


# The examples that make the logs.
GENERATORS = ["generate", "service"]


def build(*examples):
    """Builds callfold, the yardstick and other examples. Gives the folder of the programs."""
    cargo("--release", "-p", "callfold-cli")
    cargo("--release", "-p", "callfold", *named(["decode", *examples]))
    return target() / "release"


def build_generators():
    """Builds the generators without optimisation, which is enough for short logs. Gives their folder."""
    cargo(*named(GENERATORS))
    return target() / "debug"


def cargo(*arguments):
    subprocess.run(["cargo", "build", "--quiet", *arguments], cwd=ROOT, check=True)


def named(examples):
    return [argument for name in examples for argument in ("--example", name)]


def target():
    return ROOT / os.environ.get("CARGO_TARGET_DIR", "target")


class Logs:
    """A log of each kind, with the same number of calls. All but that of the service have the same calls."""

    def __init__(self, programs, generators, folder, calls):
        self.programs, self.generators, self.folder = programs, generators, pathlib.Path(folder)
        self.folder.mkdir()
        generate = [generators / "examples/generate", "--calls", str(calls), "--format"]
        self._write("canonical", [*generate, "events"])
        self._write("bodies", [*generate, "notifications"])
        self._write("sdk-log", [*generate, "sdk-log"])
        self._write("cloudevents", [programs / "callfold", "convert", "--to", "cloudevents", self.path("canonical")])
        self._rewrite("sorted", sort_keys=True, separators=(",", ":"))
        self._rewrite("blanks")
        self._service(calls)

    def path(self, log):
        return self.folder / log

    def lines(self, log):
        """The number of lines: in an SDK log, of the bodies that it has."""
        with self.path("bodies" if log == "sdk-log" else log).open("rb") as lines:
            return sum(1 for _ in lines)

    def command(self, kind):
        program, *arguments = kind.command
        return [self.programs / program, *arguments, self.path(kind.log)]

    def _write(self, log, command):
        with self.path(log).open("wb") as out:
            subprocess.run(command, stdout=out, check=True)

    def _rewrite(self, log, **layout):
        """The canonical log, as Python writes JSON."""
        with self.path("canonical").open() as lines, self.path(log).open("w") as out:
            out.writelines(json.dumps(json.loads(line), ensure_ascii=False, **layout) + "\n" for line in lines)

    def _service(self, calls):
        """The log that `examples/service` writes of one call, over and over with other ids of calls."""
        one = subprocess.check_output([self.generators / "examples/service"], text=True)
        ids = set(re.findall(r'"call":"[0-9a-f]{8}(-[0-9a-f-]{27})"', one))
        with self.path("service").open("w") as out:
            for number in range(calls):
                text = one
                for rest in ids:
                    text = re.sub(f"[0-9a-f]{{8}}{rest}", f"{number:08x}{rest}", text)
                out.write(text)
