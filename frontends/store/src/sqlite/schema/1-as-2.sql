-- Version 1 did not say which calls are finished, and had no leases.
CREATE TEMP VIEW unfinished AS SELECT call FROM calls;

CREATE TEMP VIEW leases AS
    SELECT NULL AS name, NULL AS holder, NULL AS token, NULL AS until_millisecond WHERE 0;
