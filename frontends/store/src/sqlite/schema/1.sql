CREATE TABLE calls (
    call BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    ended_second INTEGER,
    ended_nanosecond INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX calls_by_end ON calls (ended_second, ended_nanosecond) WHERE ended_second IS NOT NULL;

CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    call BLOB NOT NULL,
    revision INTEGER NOT NULL,
    line TEXT NOT NULL,
    UNIQUE (call, revision)
) STRICT;

CREATE TABLE snapshots (
    call BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    snapshot TEXT NOT NULL
) STRICT;

CREATE TABLE notes (
    call BLOB NOT NULL,
    consumer TEXT NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (call, consumer)
) STRICT, WITHOUT ROWID;
