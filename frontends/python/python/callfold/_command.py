"""The command ``callfold``."""

import signal
import sys

from ._native import run_command


def main() -> None:
    # The command ends at Ctrl-C by itself. Python would wait until it is done.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(run_command(["callfold", *sys.argv[1:]]))
