"""What a process takes: time, CPU, memory."""

import os
import statistics
import subprocess
import tempfile
import time


class Cost:
    """Seconds that passed and seconds of CPU, and bytes at the peak."""

    def __init__(self, wall, cpu, memory):
        self.wall, self.cpu, self.memory = wall, cpu, memory


def once(command):
    """Runs a command, its output thrown away. Gives the seconds that passed, and those of CPU."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return wall, used.ru_utime + used.ru_stime


def peak(command):
    """Bytes that a command holds at its peak. It is born with the memory of its parent: of `time`, not of Python."""
    with tempfile.NamedTemporaryFile("r") as said:
        timed = ["/usr/bin/time", "-f", "%M", "-o", said.name, *command]
        subprocess.run(timed, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        return 1024 * int(said.read())


def medians(commands, runs):
    """The medians of commands that take turns, so that what else the machine does falls on all of them."""
    memory = {name: peak(command) for name, command in commands.items()}
    taken = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            taken[name].append(once(command))
    return {name: Cost(*map(statistics.median, zip(*taken[name])), memory[name]) for name in commands}
