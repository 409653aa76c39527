"""The generated parts of docs/performance.md."""

import datetime
import os
import pathlib
import platform
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/performance.md"


def machine(script):
    """How, where and on which commit it was measured."""
    said = lambda *command: subprocess.check_output(command, cwd=ROOT, text=True)
    cpu = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    facts = [
        f"{os.cpu_count()} cores of {cpu[1] if cpu else platform.processor()}",
        f"Linux {platform.release().split('-')[0]}",
        " ".join(said("rustc", "--version").split()[:2]),
        f"callfold {said('git', 'rev-parse', '--short', 'HEAD').strip()}",
        f"{datetime.date.today():%B %Y}",
    ]
    return f"Measured by `{' '.join([script, *sys.argv[1:]])}` on {', '.join(facts)}."


def replaced(page, name, text):
    """The page with a generated part written anew."""
    begin, end = f"<!-- generated: {name} -->\n", f"<!-- end: {name} -->"
    before, rest = page.split(begin)
    return before + begin + text + end + rest.split(end, 1)[1]
