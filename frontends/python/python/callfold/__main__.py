"""``python -m callfold`` is the command ``callfold``."""

from ._command import main

main()
