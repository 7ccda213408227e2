package import Storage

extension LedgerStore {
    /// The table of writes, and what became of it since.
    package static let migrations = [
        Migration(
            domain: "ledger",
            version: 1,
            sql: """
                CREATE TABLE ledger(
                    id TEXT PRIMARY KEY, key BLOB NOT NULL UNIQUE, connection TEXT NOT NULL, tool TEXT NOT NULL,
                    effect TEXT NOT NULL, user_name TEXT NOT NULL, once TEXT,
                    state TEXT NOT NULL CHECK(state IN('planned','approved','intent','done','failed','unknown')),
                    args_hash BLOB NOT NULL, args BLOB, mark TEXT, attempts INTEGER NOT NULL, sent_at INTEGER,
                    look_after INTEGER, settle_ms INTEGER NOT NULL, since INTEGER NOT NULL, settled_at INTEGER,
                    remote_id TEXT, status INTEGER, evidence TEXT, reason TEXT, result BLOB, actor TEXT, endpoint TEXT,
                    run TEXT, path TEXT, item TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
                CREATE INDEX ledger_open ON ledger(state, created_at) WHERE state IN('intent','unknown');
                CREATE INDEX ledger_run ON ledger(run, created_at) WHERE run IS NOT NULL;
                CREATE INDEX ledger_remote ON ledger(connection, remote_id) WHERE remote_id IS NOT NULL
                """
        ),
        // A clock that is set forward must not end the time in which a look would come too early.
        Migration(
            domain: "ledger",
            version: 2,
            sql: """
                ALTER TABLE ledger ADD COLUMN look_boot TEXT;
                ALTER TABLE ledger ADD COLUMN look_uptime INTEGER
                """
        ),
        Migration(
            domain: "ledger",
            version: 3,
            sql: """
                ALTER TABLE ledger ADD COLUMN looks INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE ledger ADD COLUMN next_look INTEGER;
                UPDATE ledger SET next_look = updated_at WHERE state = 'unknown' AND effect <> 'send';
                CREATE INDEX ledger_look ON ledger(next_look) WHERE state = 'unknown' AND next_look IS NOT NULL;
                CREATE INDEX ledger_sent ON ledger(sent_at) WHERE endpoint IS NOT NULL
                """
        ),
    ]
}
