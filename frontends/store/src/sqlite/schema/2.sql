CREATE TABLE unfinished (
    call BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Version 1 did not say which calls are finished.
INSERT INTO unfinished SELECT call FROM calls;

CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,
    holder BLOB NOT NULL,
    token INTEGER NOT NULL,
    until_millisecond INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
