CREATE TABLE calls (
    call uuid PRIMARY KEY,
    is_finished boolean NOT NULL DEFAULT false,
    ended_second bigint,
    ended_nanosecond integer
);

CREATE INDEX calls_unfinished ON calls (call) WHERE NOT is_finished;
CREATE INDEX calls_by_end ON calls (ended_second, ended_nanosecond) WHERE ended_second IS NOT NULL;

CREATE TABLE events (
    call uuid NOT NULL,
    revision bigint NOT NULL,
    position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    line text NOT NULL,
    PRIMARY KEY (call, revision)
);

CREATE TABLE snapshots (
    call uuid PRIMARY KEY,
    revision bigint NOT NULL,
    snapshot text NOT NULL
);

CREATE TABLE notes (
    call uuid NOT NULL,
    consumer text NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (call, consumer)
);

CREATE TABLE leases (
    name text PRIMARY KEY,
    holder uuid NOT NULL,
    token bigint NOT NULL,
    until timestamptz NOT NULL
);

-- The advisory lock under which everybody writes, and which is kept until the commit. So positions rise in the order of the
-- commits, a reader that goes on from a position misses nothing, and a lease that stands does so until the commit.
CREATE FUNCTION writing() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT hashtextextended('callfold ' || current_schema(), 0);
$$;

-- Does several pieces of work, each all or nothing. Returns those that are refused, and why. All arrays have for each row the
-- number of the work to which it belongs. `line_follows` tells which lines are the next event of a call after another line of
-- the same work.
CREATE FUNCTION write(
    line_works integer[], line_calls uuid[], line_revisions bigint[], line_follows boolean[], lines text[],
    ended_seconds bigint[], ended_nanoseconds integer[],
    note_works integer[], consumers text[], note_calls uuid[], note_revisions bigint[],
    lease_works integer[], lease_names text[], lease_tokens bigint[],
    finished uuid[]
) RETURNS TABLE (refused_work integer, lost_lease text, refused_call uuid, refused_revision bigint, stored_line text)
LANGUAGE plpgsql AS $$
DECLARE
    refused integer[] := '{}';
    inserted bigint;
    -- The work of the line before, the last position before this work, and the last position of all.
    current_work integer;
    before bigint;
    latest bigint;
    assigned bigint;
    item record;
BEGIN
    PERFORM pg_advisory_xact_lock(writing());
    IF cardinality(lease_works) > 0 THEN
        FOR item IN
            SELECT DISTINCT ON (work) work, name
            FROM unnest(lease_works, lease_names, lease_tokens) AS wanted (work, name, token)
            WHERE NOT EXISTS (SELECT FROM leases WHERE leases.name = wanted.name AND leases.token = wanted.token)
            ORDER BY work
        LOOP
            refused := refused || item.work;
            refused_work := item.work;
            lost_lease := item.name;
            RETURN NEXT;
        END LOOP;
        lost_lease := NULL;
    END IF;

    -- Most often every line is new and the next of its call. Then one statement inserts all, and a simpler one a single line.
    IF cardinality(lines) = 1 AND cardinality(refused) = 0 THEN
        INSERT INTO events (call, revision, line)
            SELECT line_calls[1], line_revisions[1], lines[1]
            WHERE line_revisions[1] = 1 OR EXISTS (
                SELECT FROM events WHERE call = line_calls[1] AND revision = line_revisions[1] - 1
            )
            ON CONFLICT (call, revision) DO NOTHING;
        GET DIAGNOSTICS inserted = ROW_COUNT;
    ELSE
        WITH new AS (
            INSERT INTO events (call, revision, line)
                SELECT call, revision, line
                FROM unnest(line_works, line_calls, line_revisions, line_follows, lines) WITH ORDINALITY
                    AS wanted (work, call, revision, follows, line, place)
                WHERE work <> ALL (refused) AND (revision = 1 OR follows OR (
                    SELECT true FROM events WHERE events.call = wanted.call AND events.revision = wanted.revision - 1
                ))
                ORDER BY place
                ON CONFLICT (call, revision) DO NOTHING
                RETURNING position
        )
        SELECT count(*), min(position) - 1 INTO inserted, latest FROM new;
    END IF;
    -- Otherwise they are inserted again, one by one, to find which works are refused.
    IF inserted < cardinality(lines) THEN
        DELETE FROM events WHERE position > latest;
        SELECT coalesce(max(position), 0) INTO latest FROM events;
        FOR item IN
            SELECT * FROM unnest(line_works, line_calls, line_revisions, lines) AS wanted (work, call, revision, line)
        LOOP
            CONTINUE WHEN item.work = ANY (refused);
            IF current_work IS DISTINCT FROM item.work THEN
                current_work := item.work;
                before := latest;
            END IF;
            INSERT INTO events (call, revision, line)
                SELECT item.call, item.revision, item.line
                WHERE item.revision = 1 OR EXISTS (
                    SELECT FROM events WHERE events.call = item.call AND events.revision = item.revision - 1
                )
                ON CONFLICT (call, revision) DO NOTHING
                RETURNING position INTO assigned;
            IF FOUND THEN
                latest := assigned;
                CONTINUE;
            END IF;
            SELECT line INTO stored_line FROM events WHERE events.call = item.call AND events.revision = item.revision;
            CONTINUE WHEN stored_line = item.line;
            DELETE FROM events WHERE position > before;
            latest := before;
            refused := refused || item.work;
            refused_work := item.work;
            refused_call := item.call;
            refused_revision := item.revision;
            RETURN NEXT;
        END LOOP;
    END IF;

    IF 1 = ANY (line_revisions) THEN
        INSERT INTO calls (call)
            SELECT call FROM unnest(line_works, line_calls, line_revisions) AS line (work, call, revision)
            WHERE revision = 1 AND work <> ALL (refused)
            ON CONFLICT DO NOTHING;
    END IF;
    IF cardinality(array_remove(ended_seconds, NULL)) > 0 THEN
        UPDATE calls SET ended_second = line.second, ended_nanosecond = line.nanosecond
            FROM unnest(line_works, line_calls, ended_seconds, ended_nanoseconds)
                AS line (work, call, second, nanosecond)
            WHERE calls.call = line.call AND line.second IS NOT NULL AND work <> ALL (refused);
    END IF;
    IF cardinality(note_works) > 0 THEN
        INSERT INTO notes AS noted (call, consumer, revision)
            SELECT note.call, note.consumer, max(note.revision)
            FROM unnest(note_works, consumers, note_calls, note_revisions)
                AS note (work, consumer, call, revision)
            JOIN events ON events.call = note.call AND events.revision = note.revision
            WHERE note.work <> ALL (refused)
            GROUP BY note.call, note.consumer
            ON CONFLICT (call, consumer) DO UPDATE SET revision = excluded.revision
            WHERE excluded.revision > noted.revision;
    END IF;
    IF cardinality(finished) > 0 THEN
        UPDATE calls SET is_finished = true WHERE call = ANY (finished) AND NOT is_finished;
    END IF;
    IF cardinality(lines) > 0 THEN
        PERFORM pg_notify('callfold ' || current_schema(), '');
    END IF;
END
$$;

-- Takes leases or makes them last longer. Leaves out those that another holder has.
CREATE FUNCTION lease(names text[], wanted_by uuid, lasts interval)
RETURNS TABLE (leased_name text, leased_token bigint) LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(writing());
    INSERT INTO leases AS held (name, holder, token, until)
        SELECT DISTINCT name, wanted_by, 1, clock_timestamp() + lasts FROM unnest(names) AS wanted (name)
        ON CONFLICT (name) DO UPDATE SET
            holder = excluded.holder,
            token = held.token + (held.until <= clock_timestamp())::integer,
            until = excluded.until
        WHERE held.holder = excluded.holder OR held.until <= clock_timestamp()
        RETURNING name, token;
$$;

-- Deletes calls, all or none. Returns how many of them there were. After the lock, each statement sees all that was written before.
CREATE FUNCTION delete_calls(gone uuid[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    deleted bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(writing());
    DELETE FROM calls WHERE call = ANY (gone);
    GET DIAGNOSTICS deleted = ROW_COUNT;
    -- Whoever keeps a snapshot locks the row of its event: that is waited for here, so that the snapshot is seen below.
    DELETE FROM events WHERE call = ANY (gone);
    DELETE FROM snapshots WHERE call = ANY (gone);
    DELETE FROM notes WHERE call = ANY (gone);
    RETURN deleted;
END
$$;
