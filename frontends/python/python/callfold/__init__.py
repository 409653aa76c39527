"""Microsoft Teams calls, rebuilt from the notifications of Microsoft Graph.

- A bot passes what is posted to its webhook to :class:`Bot`, keeps the events in a :class:`Store` or in a file, and folds them
  into the calls of a :class:`Ledger`.
- A test of a bot uses the pytest fixture ``graph``: see :mod:`callfold.testing`.
- :func:`replay` reads logs and returns tables for pandas, Polars, DuckDB and PyArrow. :mod:`callfold.spark` and
  :mod:`callfold.ray` do the same on many machines.
"""

from ._native import (
    Bot,
    Call,
    Event,
    Finding,
    Ledger,
    Observed,
    Operation,
    Participant,
    ResultInfo,
    Store,
    Table,
    Tables,
    __version__,
    read,
    replay,
)
from .errors import (
    ApplyError,
    CallfoldError,
    ConflictError,
    LineError,
    ReplayError,
    ServiceError,
    StoreError,
    TransientStoreError,
)

__all__ = [
    "ApplyError",
    "Bot",
    "Call",
    "CallfoldError",
    "ConflictError",
    "Event",
    "Finding",
    "Ledger",
    "LineError",
    "Observed",
    "Operation",
    "Participant",
    "ReplayError",
    "ResultInfo",
    "ServiceError",
    "Store",
    "StoreError",
    "Table",
    "Tables",
    "TransientStoreError",
    "__version__",
    "read",
    "replay",
]
