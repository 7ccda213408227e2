package import Storage

extension RunJournal {
    /// The journal's tables.
    package static let migrations = [
        Migration(
            domain: "workflows",
            version: 1,
            sql: """
                CREATE TABLE workflow_definition(
                    sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL,
                    created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                CREATE TABLE run(
                    id TEXT PRIMARY KEY, workflow TEXT NOT NULL, title TEXT NOT NULL,
                    definition TEXT NOT NULL REFERENCES workflow_definition(sha256),
                    trigger TEXT NOT NULL, actor TEXT NOT NULL, user TEXT NOT NULL, connections TEXT NOT NULL,
                    endpoint TEXT, input BLOB NOT NULL, preview INTEGER NOT NULL,
                    state TEXT NOT NULL CHECK(state IN(
                        'ready','running','waiting','paused','cancelling','done','failed','cancelled')),
                    waiting TEXT, one_key TEXT, parent TEXT, schedule TEXT, scheduled_for INTEGER,
                    writes_limit INTEGER NOT NULL, writes INTEGER NOT NULL, tool_calls INTEGER NOT NULL,
                    tokens INTEGER NOT NULL, elapsed INTEGER NOT NULL, attempt INTEGER NOT NULL,
                    failure TEXT, result BLOB, created_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER,
                    UNIQUE(schedule, scheduled_for)) STRICT;
                CREATE UNIQUE INDEX run_one ON run(one_key) WHERE one_key IS NOT NULL AND ended_at IS NULL;
                CREATE INDEX run_open ON run(created_at) WHERE ended_at IS NULL;
                CREATE INDEX run_recent ON run(workflow, created_at);
                CREATE INDEX run_parent ON run(parent) WHERE parent IS NOT NULL;
                CREATE TABLE step(
                    run TEXT NOT NULL, item TEXT NOT NULL, path TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT,
                    state TEXT NOT NULL CHECK(state IN('done','skipped','failed','unknown','planned','waiting')),
                    started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, output BLOB, failure TEXT,
                    PRIMARY KEY(run, item, path)) STRICT, WITHOUT ROWID;
                CREATE TABLE item(
                    run TEXT NOT NULL, item TEXT NOT NULL, path TEXT NOT NULL, key TEXT NOT NULL,
                    position INTEGER NOT NULL, value BLOB NOT NULL,
                    state TEXT NOT NULL CHECK(state IN('pending','done','failed','unknown')),
                    output BLOB, failure TEXT, PRIMARY KEY(run, item, path, key)) STRICT, WITHOUT ROWID;
                CREATE TABLE page(
                    run TEXT NOT NULL, item TEXT NOT NULL, path TEXT NOT NULL, number INTEGER NOT NULL,
                    walk BLOB NOT NULL, records BLOB NOT NULL, PRIMARY KEY(run, item, path, number))
                    STRICT, WITHOUT ROWID;
                CREATE TABLE report(
                    run TEXT NOT NULL, item TEXT NOT NULL, path TEXT NOT NULL, title TEXT NOT NULL,
                    body TEXT NOT NULL, sources BLOB, rows BLOB, created_at INTEGER NOT NULL, PRIMARY KEY(run, item, path))
                    STRICT, WITHOUT ROWID;
                CREATE TABLE signal(
                    run TEXT NOT NULL, name TEXT NOT NULL, payload BLOB NOT NULL, at INTEGER NOT NULL,
                    PRIMARY KEY(run, name)) STRICT, WITHOUT ROWID;
                """
        ),
        // Rows in the order in which they come, found through an index: with the key as the table, runs side by side
        // write a page each and split it every few rows, which is three times as many pages in a commit.
        Migration(
            domain: "workflows",
            version: 2,
            sql: """
                CREATE TABLE step_in_order(
                    run TEXT NOT NULL, item TEXT NOT NULL, path TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT,
                    state TEXT NOT NULL CHECK(state IN('done','skipped','failed','unknown','planned','waiting')),
                    started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, output BLOB, failure TEXT,
                    PRIMARY KEY(run, item, path)) STRICT;
                INSERT INTO step_in_order SELECT * FROM step;
                DROP TABLE step;
                ALTER TABLE step_in_order RENAME TO step;
                CREATE TABLE item_in_order(
                    run TEXT NOT NULL, item TEXT NOT NULL, path TEXT NOT NULL, key TEXT NOT NULL,
                    position INTEGER NOT NULL, value BLOB NOT NULL,
                    state TEXT NOT NULL CHECK(state IN('pending','done','failed','unknown')),
                    output BLOB, failure TEXT, PRIMARY KEY(run, item, path, key)) STRICT;
                INSERT INTO item_in_order SELECT * FROM item ORDER BY run, item, path, position;
                DROP TABLE item;
                ALTER TABLE item_in_order RENAME TO item;
                """
        ),
    ]
}
