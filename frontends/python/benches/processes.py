"""What a process and all processes below it use."""

from __future__ import annotations

import os
import threading
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def tree(root: int) -> dict[int, tuple[int, ...]]:
    """The fields of `/proc/PID/stat` after the name, of a process and all below it."""
    stats = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            stats[int(entry.name)] = tuple(map(int, fields[1:]))
    found, waiting = {}, [root]
    while waiting:
        one = waiting.pop()
        if one in stats:
            found[one] = stats[one]
            waiting += [child for child, fields in stats.items() if fields[0] == one]
    return found


def cpu_seconds(root: int) -> float:
    """User and system time, of processes that have ended, too."""
    return sum(sum(fields[10:14]) for fields in tree(root).values()) / _TICKS


def memory(root: int) -> int:
    """Bytes that are resident, each shared page counted in part for each process that has it."""
    total = 0
    for process in tree(root):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
    return total


class Peak:
    """The highest memory of a process tree, looked at four times a second."""

    def __init__(self, root: int) -> None:
        self.root, self.bytes = root, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._ended.wait(0.25):
            self.bytes = max(self.bytes, memory(self.root))

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
