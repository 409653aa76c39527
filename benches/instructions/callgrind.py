"""Counts instructions with callgrind: on one machine, the same in every run."""

import concurrent.futures
import os
import re
import shutil
import subprocess
import tempfile

from benches import kinds

# glibc selects its memory and string functions by the processor. With the newer ones hidden, all machines use
# the same functions.
HIDDEN = "-AVX512F,-AVX512VL,-AVX512BW,-AVX2,-BMI2,-MOVBE,-LZCNT,-ERMS,-FSRM,-RTM"
ENVIRONMENT = {**os.environ, "GLIBC_TUNABLES": f"glibc.cpu.hwcaps={HIDDEN}"}


def instructions(command):
    counting = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command]
    ran = subprocess.run(counting, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if ran.returncode != 0:
        raise RuntimeError(f"{command} ended with {ran.returncode}: {ran.stderr}")
    return int(re.search(r"Collected : (\d+)", ran.stderr)[1])


def each_line(programs, generators, measured):
    """The instructions per line of each kind. The start of the program does not count: each command runs on a log
    of 500 calls and on one of 1,000, and the figure is the difference."""
    install()
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as threads:
        short, long = (kinds.Logs(programs, generators, f"{folder}/{calls}", calls) for calls in (500, 1000))
        # The longest first, so that none is left over for one core at the end.
        counts = [
            {name: threads.submit(instructions, logs.command(kind)) for name, kind in measured.items()}
            for logs in (long, short)
        ]
        return {
            name: (counts[0][name].result() - counts[1][name].result()) // (long.lines(kind.log) - short.lines(kind.log))
            for name, kind in measured.items()
        }


def install():
    if shutil.which("valgrind"):
        return
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    for arguments in (["update"], ["install", "-y", "valgrind"]):
        subprocess.run([*as_root, "apt-get", "-qq", *arguments], stdout=subprocess.DEVNULL, check=True)
