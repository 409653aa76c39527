"""What can go wrong. Each message says what came, where, and what would have been right."""

from __future__ import annotations

from typing import Any


class CallfoldError(Exception):
    """The base class of all exceptions of callfold."""


class LineError(CallfoldError, ValueError):
    """A line is no event."""


class ApplyError(CallfoldError):
    """An event cannot be folded: events before it are missing, it contradicts an earlier one, or it is not legal now."""


class ReplayError(CallfoldError):
    """A log or a store cannot be read, or not to its end."""

    read: Any
    """What could be read, in the form that the function returns: tables, calls and findings, or calls."""


class StoreError(CallfoldError):
    """A store failed, and the same will fail again."""


class TransientStoreError(StoreError):
    """A store failed, and the same can succeed later."""


class ConflictError(StoreError):
    """Somebody else has stored another event with this revision. Load the call again, and decide again."""


class ServiceError(CallfoldError):
    """The local calling service refused something, or does not run."""
