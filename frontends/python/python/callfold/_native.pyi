"""The native part of callfold."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from os import PathLike
from typing import Any, Literal, TypeAlias, final

import pyarrow as pa
from typing_extensions import Self

__version__: str

_Time: TypeAlias = datetime | str
_Length: TypeAlias = timedelta | str
_Path: TypeAlias = str | PathLike[str]
_Bytes: TypeAlias = str | bytes | bytearray | memoryview
_Format: TypeAlias = Literal["auto", "events", "notifications", "sdk-log"]

@final
class Event:
    """Something that happened to one call: a line of the event log.

    ``str(event)`` is the line. The line and ``data`` can contain secrets, and ``repr`` shows none.
    """

    @staticmethod
    def parse(line: _Bytes) -> Event:
        """Read a line of the event log.

        :raises LineError: The line is no event. The message says what would be right.
        """

    @property
    def call_id(self) -> str:
        """The id of the call: a GUID in lower case."""

    @property
    def revision(self) -> int:
        """The number of the event in its call: 1, 2, 3 and so on."""

    @property
    def at(self) -> datetime | None:
        """The time, in UTC, cut to microseconds. ``None`` if the source gave none."""

    @property
    def inferred(self) -> bool:
        """True if the event was not reported, but inferred from a later report."""

    @property
    def type(self) -> str:
        """The name of the event, such as ``established``."""

    @property
    def data(self) -> dict[str, Any]:
        """The members of the event. They can contain secrets."""

    @property
    def description(self) -> str:
        """What happened, in a sentence."""

    def __hash__(self) -> int: ...

@final
class Finding:
    """A remark about the input: something is missing, repeated, late, contradictory, unknown or unreadable."""

    def __new__(
        cls,
        kind: str,
        severity: str,
        call_id: str | None,
        message: str,
        place: tuple[str, int, int] | None = None,
    ) -> Self: ...
    @property
    def kind(self) -> str:
        """What was observed, such as ``gap``."""

    @property
    def severity(self) -> Literal["info", "warn", "error"]:
        """How bad it is."""

    @property
    def call_id(self) -> str | None:
        """The call, if the record names one."""

    @property
    def message(self) -> str:
        """A text for people. It shows no secret."""

    @property
    def path(self) -> str | None:
        """The log; ``None`` if it was found in no log, or only when all logs were read."""

    @property
    def record(self) -> int | None:
        """The record in the log, from 1."""

    @property
    def line(self) -> int | None:
        """The first line of the record, from 1."""

    def __hash__(self) -> int: ...

@final
class ResultInfo:
    """Graph's `resultInfo <https://learn.microsoft.com/graph/api/resources/resultinfo>`_."""

    def __new__(cls, code: int | None, subcode: int | None, message: str | None, text: str) -> Self: ...
    @property
    def code(self) -> int | None:
        """The code, as of HTTP."""

    @property
    def subcode(self) -> int | None:
        """The code that says more."""

    @property
    def message(self) -> str | None:
        """The text of the service."""

    @property
    def text(self) -> str:
        """The result in words, such as ``200/4521 The peer ended the call.``"""

    def __hash__(self) -> int: ...

@final
class Operation:
    """Graph's `commsOperation <https://learn.microsoft.com/graph/api/resources/commsoperation>`_: work that takes time."""

    def __new__(
        cls,
        id: str | None,
        kind: str,
        status: str,
        client_context: str | None,
        result_info: ResultInfo | None,
        completion_reason: str | None,
        is_orphaned: bool,
    ) -> Self: ...
    @property
    def id(self) -> str | None:
        """The id; ``None`` if only a ``client_context`` was reported."""

    @property
    def kind(self) -> str:
        """The kind, such as ``playPrompt``."""

    @property
    def status(self) -> Literal["notStarted", "running", "completed", "failed"]:
        """``notStarted``, ``running``, ``completed`` or ``failed``."""

    @property
    def client_context(self) -> str | None:
        """The text by which the bot recognises the operation."""

    @property
    def result_info(self) -> ResultInfo | None:
        """The result, once there is one."""

    @property
    def completion_reason(self) -> str | None:
        """Why it completed."""

    @property
    def is_orphaned(self) -> bool:
        """True if the call ended before the operation did."""

    def __hash__(self) -> int: ...

@final
class Participant:
    """Graph's `participant <https://learn.microsoft.com/graph/api/resources/participant>`_: somebody who is in a call."""

    def __new__(cls, id: str | None, name: str, is_muted: bool | None, is_in_lobby: bool | None) -> Self: ...
    @property
    def id(self) -> str | None:
        """The id; ``None`` if it was not reported."""

    @property
    def name(self) -> str:
        """The display name, or else an id, or else ``somebody``."""

    @property
    def is_muted(self) -> bool | None:
        """True if the participant is muted."""

    @property
    def is_in_lobby(self) -> bool | None:
        """True if the participant waits in the lobby."""

    def __hash__(self) -> int: ...

@final
class Call:
    """A call as it was when it was asked for. It does not change afterwards."""

    @property
    def id(self) -> str:
        """The id: a GUID in lower case."""

    @property
    def state(self) -> str:
        """Graph's `callState <https://learn.microsoft.com/graph/api/resources/call>`_, such as ``established``."""

    @property
    def is_live(self) -> bool:
        """False if the call is terminated."""

    @property
    def has_ended_badly(self) -> bool:
        """True if the call has ended, and its result says that it did not end well."""

    @property
    def revision(self) -> int:
        """The number of the last event."""

    @property
    def first_at(self) -> datetime | None:
        """The time of the first event that has one, in UTC."""

    @property
    def last_at(self) -> datetime | None:
        """The latest time of all events, in UTC."""

    @property
    def direction(self) -> str | None:
        """``incoming`` or ``outgoing``."""

    @property
    def caller(self) -> str | None:
        """The name of the calling party, or else an id."""

    @property
    def callees(self) -> str | None:
        """The names of the called parties, separated by commas."""

    @property
    def audio(self) -> str | None:
        """The state of the audio, such as ``active``."""

    @property
    def result_info(self) -> ResultInfo | None:
        """The last result that was reported: of an ended call, how it ended."""

    @property
    def termination_reason(self) -> str | None:
        """Why the call ended. Only older payloads have it."""

    @property
    def ending(self) -> str | None:
        """How the call ended, in words."""

    @property
    def operations(self) -> list[Operation]:
        """The operations, in the order in which they were first reported."""

    @property
    def participants(self) -> list[Participant]:
        """Who is in the call now."""

    @property
    def people(self) -> list[str]:
        """The names of all who were in the call, those who have left too."""

    @property
    def tones(self) -> list[str]:
        """The keys that were pressed, such as ``tone1``, in their order."""

    @property
    def details(self) -> dict[str, Any]:
        """The members of Graph's call that were reported. They can contain secrets."""

    @property
    def events(self) -> list[Event]:
        """The events, in their order.

        :raises ValueError: The events are not kept.
        """

    def json(self) -> dict[str, Any]:
        """The call as ``callfold replay --json`` writes it. It contains no secret."""

    def timeline(self) -> str:
        """What happened, event by event, as text, and then the findings.

        :raises ValueError: The events are not kept.
        """

    def svg(self) -> str:
        """What happened, as a picture. A notebook shows it by itself.

        :raises ValueError: The events are not kept.
        """

    def __hash__(self) -> int: ...

@final
class Ledger:
    """Calls by their id, folded from events. Threads can share it.

    :param history: True if the events are kept as well, for ``Call.timeline`` and ``Call.svg``.
    """

    def __new__(cls, *, history: bool = True) -> Self: ...
    def apply(self, event: Event) -> bool:
        """Fold one event into its call. Return False if it was folded before.

        :raises ApplyError: It cannot be folded. The ledger is unchanged.
        """

    def apply_all(self, events: Iterable[Event]) -> int:
        """Fold events, in this order. Return how many of them were new.

        :raises ApplyError: One cannot be folded. Those before it are.
        """

    def call(self, id: str) -> Call | None:
        """The call with this id; ``None`` if it is unknown.

        :raises ValueError: The id is no GUID.
        """

    def calls(self) -> list[Call]:
        """All calls, in the order of their ids."""

    def next_revision(self, id: str) -> int:
        """The revision of the next event of a call: 1 if the call is unknown."""

    def forget(self, id: str) -> bool:
        """Forget a call. Return whether it was known."""

    def tables(self) -> Tables:
        """The calls as tables. The table of findings is empty."""

    def __len__(self) -> int: ...
    def __contains__(self, id: object, /) -> bool: ...
    def __iter__(self) -> Iterator[Call]: ...

@final
class Observed:
    """The events and the findings of one input. First store the events, then fold them."""

    def __new__(cls, events: list[Event], findings: list[Finding]) -> Self: ...
    @property
    def events(self) -> list[Event]:
        """The events, in their order."""

    @property
    def findings(self) -> list[Finding]:
        """The findings."""

@final
class Bot:
    """What a bot does with its two inputs: notifications, and the replies to its requests. It changes nothing itself."""

    def __new__(cls, ledger: Ledger) -> Self: ...
    @property
    def ledger(self) -> Ledger:
        """The calls of the bot."""

    def deliver(
        self,
        body: _Bytes,
        headers: Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]] | None = None,
        received_at: _Time | None = None,
    ) -> Observed:
        """Take the body of a POST to the webhook.

        :param headers: The headers of the request. By the two message ids in them, a second delivery of the same message is recognised.
        :param received_at: When it came; now, if it is not given.

        What cannot be read is a finding, and what can be read counts.
        """

    def replied(
        self,
        method: str,
        path: str,
        status: int,
        body: _Bytes,
        at: _Time | None = None,
    ) -> Observed:
        """Take the response to a request of the bot: no notification reports a successful ``keepAlive``."""

@final
class Store:
    """Where events are kept. Open it in the process that uses it: a child of a fork opens its own. A ``with`` statement closes it.

    :param address: ``sqlite:PATH``, ``PATH.db``, ``postgres://…``, ``nats://…`` or ``memory``. A store that does not exist is
        made.
    :raises ValueError: The address is none of these.
    :raises StoreError: It cannot be opened.
    """

    def __new__(cls, address: str) -> Self: ...
    def append(self, events: Iterable[Event]) -> None:
        """Append events: all of them, or none. When this returns, they are durable.

        :raises ConflictError: Another event has this revision, or the one before it is missing.
        :raises TransientStoreError: The store failed, and the same can succeed later.
        :raises StoreError: The store failed.
        """

    def events(self, call: str) -> list[Event]:
        """The events of a call, in their order."""

    def load(self, *, history: bool = True) -> Ledger:
        """All calls, folded from their events.

        :raises ReplayError: The events of a call do not fold. Its member ``read`` has the ledger of all that does.
        :raises StoreError: The store cannot be read.
        """

    def close(self) -> None:
        """Close the store. It may be closed already."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_exception: object) -> None: ...

@final
class Table:
    """A table in the form of Arrow. ``pyarrow.table(table)``, ``polars.DataFrame(table)`` and DuckDB take it without a copy."""

    @property
    def column_names(self) -> list[str]:
        """The names of the columns."""

    @property
    def num_rows(self) -> int:
        """The number of rows."""

    def __len__(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...

@final
class Tables:
    """The four tables of a replay. Each has the column ``call_id``."""

    def __new__(cls, calls: Table, operations: Table, participants: Table, findings: Table) -> Self: ...
    @property
    def calls(self) -> Table:
        """One row for each call."""

    @property
    def operations(self) -> Table:
        """One row for each operation, in their order in the call."""

    @property
    def participants(self) -> Table:
        """One row for each name of somebody who was in a call, those who have left too."""

    @property
    def findings(self) -> Table:
        """One row for each finding."""

def replay(
    paths: _Path | Iterable[_Path],
    *,
    format: _Format = "auto",
    call: str | None = None,
    at: _Time | None = None,
    max_record: int | None = None,
    jobs: int = 1,
) -> Tables:
    """Replay logs as one log, as ``callfold replay`` does, and return the calls as tables.

    :param paths: Files, folders, or stores such as ``sqlite:calls.db``.
    :param format: The format of the logs; ``auto`` detects it.
    :param call: The id of a call: replay only this one.
    :param at: Stop each call at this time.
    :param max_record: Skip records with more bytes, with a finding; ``None`` for the size that the command has, 64 MiB.
    :param jobs: The number of threads that decode.
    :raises ValueError: No path was given, or another argument is wrong.
    :raises ReplayError: A log cannot be read. Its member ``read`` has the tables of what was read.
    """

def read(
    paths: _Path | Iterable[_Path],
    *,
    format: _Format = "auto",
    call: str | None = None,
    at: _Time | None = None,
    max_record: int | None = None,
) -> tuple[Ledger, list[Finding]]:
    """Replay logs as one log, and return the calls with all that is known of them, and the findings.

    It takes more time and memory than :func:`replay`. The parameters are the same.

    :raises ReplayError: A log cannot be read. Its member ``read`` has what was read.
    """

def split(batch: pa.RecordBatch, format: str) -> pa.RecordBatch: ...

@final
class Folder:
    def __new__(cls, format: str) -> Self: ...
    def feed(self, batch: pa.RecordBatch) -> pa.RecordBatch: ...
    def finish(self) -> pa.RecordBatch: ...

def run_command(arguments: Sequence[str]) -> int: ...

@final
class Service:
    def __new__(cls, settings: str) -> Self: ...
    @property
    def url(self) -> str: ...
    @property
    def seed(self) -> int: ...
    @property
    def now(self) -> datetime: ...
    def ring(self, offer: str) -> str: ...
    def happen(self, call: str, event: str) -> None: ...
    def advance(self, by: _Length) -> datetime: ...
    def quiet(self) -> None: ...
    def call(self, id: str, history: bool) -> Call | None: ...
    def call_ids(self) -> list[str]: ...
    def deliveries(self, after: int) -> list[dict[str, Any]]: ...
    def set_faults(self, faults: str) -> None: ...
    def add_scenario(self, scenario: str) -> None: ...
    def stop(self) -> None: ...
