"""What a process takes: time, CPU, memory."""

import os
import statistics
import subprocess
import tempfile
import time


class Cost:
    """Seconds of time and of CPU, and bytes at the peak."""

    def __init__(self, wall, cpu, memory):
        self.wall, self.cpu, self.memory = wall, cpu, memory


def once(command):
    """Runs a command, its output thrown away."""
    with tempfile.NamedTemporaryFile("r") as peak:
        # A child is born with the memory of its parent: of the small parent that `time` is, not of Python.
        timed = ["/usr/bin/time", "-f", "%M", "-o", peak.name, *command]
        begun = time.perf_counter()
        process = subprocess.Popen(timed, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError(f"{command}: {said.decode()}")
        return Cost(wall, used.ru_utime + used.ru_stime, 1024 * int(peak.read().split()[-1]))


def medians(commands, runs):
    """The medians of commands that take turns, so that what else the machine does falls on all of them."""
    costs = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            costs[name].append(once(command))
    middle = lambda runs, of: statistics.median(getattr(cost, of) for cost in runs)
    return {name: Cost(middle(each, "wall"), middle(each, "cpu"), middle(each, "memory")) for name, each in costs.items()}
