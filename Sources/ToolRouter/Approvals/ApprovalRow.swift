import Basics
import Connections
import Cryptography
import JSON
import Storage

/// Approvals as rows, each with a seal over all that a decision rests on.
enum ApprovalRow {
    static let migrations = [
        Migration(
            domain: "approvals",
            version: 1,
            sql: """
                CREATE TABLE approval(
                    id TEXT PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL, plan TEXT NOT NULL,
                    plan_hash TEXT NOT NULL, requester TEXT NOT NULL, endpoint TEXT, run TEXT, roles TEXT NOT NULL,
                    separate INTEGER NOT NULL, client INTEGER NOT NULL, lifetime REAL NOT NULL,
                    created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
                    decision INTEGER CHECK(decision IN(0, 1)), decided_by TEXT, means TEXT, decided_at INTEGER,
                    comment TEXT, used_at INTEGER, seal BLOB NOT NULL) STRICT;
                CREATE TABLE approval_call(
                    approval TEXT NOT NULL, position INTEGER NOT NULL, key BLOB NOT NULL, taken_at INTEGER,
                    PRIMARY KEY(approval, position)) STRICT, WITHOUT ROWID;
                CREATE INDEX approval_call_key ON approval_call(key);
                CREATE INDEX approval_time ON approval(expires_at)
                """
        ),
        Migration(domain: "approvals", version: 2, sql: "ALTER TABLE approval ADD COLUMN asker TEXT"),
        // A plan names candidates; rows from before keep theirs in `plan` until they are sealed.
        Migration(domain: "approvals", version: 3, sql: "ALTER TABLE approval ADD COLUMN sealed_plan BLOB"),
    ]

    static func insert(_ approval: Approval, vault: Vault, into transaction: any SQLTransaction) throws {
        let request = approval.request
        try transaction.execute(
            """
            INSERT INTO approval(id, kind, title, plan, sealed_plan, plan_hash, requester, asker, endpoint, run, roles, separate,
                client, lifetime, created_at, expires_at, seal) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .text(approval.id),
            .text(request.kind.rawValue),
            .text(request.title),
            .text(""),
            .blob(try vault.seal(JSONWriter.bytes(of: request.plan.json), for: planPlace(approval.id))),
            .text(approval.planHash),
            .text(request.requester),
            .optional(request.asker),
            .optional(request.endpoint),
            .optional(request.run),
            .text(JSONWriter.text(of: .array(request.roles.map { .string($0) }))),
            .flag(request.separateFromRequester),
            .flag(request.allowsClient),
            .real(request.lifetime),
            .integer(approval.createdAt.milliseconds),
            .integer(approval.expiresAt.milliseconds),
            .blob(try seal(approval, vault))
        )
        for (position, row) in request.plan.rows.enumerated() {
            let key = CallKey(row, of: request)
            try transaction.execute(
                "INSERT INTO approval_call(approval, position, key) VALUES(?, ?, ?)",
                .text(approval.id),
                .integer(Int64(position)),
                .blob(key.bytes)
            )
        }
    }

    /// Writes what was decided or used, if nobody did so before; false when somebody did.
    static func update(_ approval: Approval, vault: Vault, in transaction: any SQLTransaction) throws -> Bool {
        let decision = approval.decision
        let isDecision = approval.usedAt == nil
        let count = try transaction.execute(
            """
            UPDATE approval SET decision = ?, decided_by = ?, means = ?, decided_at = ?, comment = ?, used_at = ?,
                seal = ? WHERE id = ? AND used_at IS NULL AND \(isDecision ? "decision IS NULL" : "decision = 1")
            """,
            .optional(decision.map { $0.isApproved ? 1 : 0 }),
            .optional(decision?.by),
            .optional(decision?.means.rawValue),
            .optional(decision?.at.milliseconds),
            .optional(decision?.comment),
            .optional(approval.usedAt?.milliseconds),
            .blob(try seal(approval, vault)),
            .text(approval.id)
        )
        return count == 1
    }

    /// Takes back that it was used.
    static func reopen(_ approval: Approval, vault: Vault, in transaction: any SQLTransaction) throws {
        try transaction.execute(
            "UPDATE approval SET used_at = NULL, seal = ? WHERE id = ?",
            .blob(try seal(approval, vault)),
            .text(approval.id)
        )
    }

    /// Reads a row, and refuses one that was not written by this program.
    ///
    /// - Throws: ``RouterError`` with code `damaged`, or `StorageError`.
    static func decode(_ row: SQLRow, vault: Vault) throws -> Approval {
        let id = try row.text("id")
        let damaged = RouterError(
            .damaged,
            "The approval \(id) was changed outside the program and is void. Ask for a new one."
        )
        let seal = try row.blob("seal")
        guard vault.hasKey(of: seal) else {
            throw RouterError(
                .damaged,
                "The approval \(id) was sealed under another key and counts for nothing now. Set SWITCHBOARD_KEY, or restore "
                    + "the key file, as it was then; or ask for a new one."
            )
        }
        guard let plan = try plan(row, id, vault),
            let kind = ApprovalRequest.Kind(rawValue: try row.text("kind")),
            let roles = (try? JSONParser.parse(row.text("roles")))?.array?.compactMap(\.string)
        else { throw damaged }
        var request = ApprovalRequest(
            kind: kind,
            title: try row.text("title"),
            plan: plan,
            requester: try row.text("requester"),
            endpoint: try row.optionalText("endpoint"),
            run: try row.optionalText("run"),
            roles: roles,
            separateFromRequester: try row.integer("separate") != 0,
            lifetime: try row.real("lifetime")
        )
        request.asker = try row.optionalText("asker")
        request.allowsClient = try row.integer("client") != 0
        var approval = Approval(
            id: id,
            request: request,
            planHash: try row.text("plan_hash"),
            createdAt: Timestamp(milliseconds: try row.integer("created_at")),
            expiresAt: Timestamp(milliseconds: try row.integer("expires_at")),
            usedAt: try row.optionalInteger("used_at").map { Timestamp(milliseconds: $0) }
        )
        if let isApproved = try row.optionalInteger("decision") {
            guard let means = Approver.Means(rawValue: try row.text("means")) else { throw damaged }
            approval.decision = Approval.Decision(
                isApproved: isApproved == 1,
                by: try row.text("decided_by"),
                means: means,
                at: Timestamp(milliseconds: try row.integer("decided_at")),
                comment: try row.optionalText("comment")
            )
        }
        guard plan.hash == approval.planHash else { throw damaged }
        do {
            _ = try vault.open(seal, from: place(approval))
        } catch { throw damaged }
        return approval
    }

    /// Seals plans that were written before plans were sealed, `limit` at most, and returns how many there were.
    ///
    /// One that was edited stays void: its row's seal names the plan as it was.
    static func sealPlans(limit: Int, vault: Vault, in transaction: any SQLTransaction) throws -> Int {
        let rows = try transaction.query(
            "SELECT id, plan FROM approval WHERE sealed_plan IS NULL LIMIT ?",
            .integer(Int64(limit))
        )
        for row in rows {
            let id = try row.text("id")
            try transaction.execute(
                "UPDATE approval SET plan = '', sealed_plan = ? WHERE id = ?",
                .blob(try vault.seal(Array(row.text("plan").utf8), for: planPlace(id))),
                .text(id)
            )
        }
        return rows.count
    }

    /// The plan, sealed or from before plans were; nil for one that is damaged.
    private static func plan(_ row: SQLRow, _ id: String, _ vault: Vault) throws -> ApprovalPlan? {
        guard let sealed = try row.optionalBlob("sealed_plan") else { return ApprovalPlan(try row.text("plan")) }
        guard let bytes = try? vault.open(sealed, from: planPlace(id)) else { return nil }
        return ApprovalPlan(String(decoding: bytes, as: UTF8.self))
    }

    private static func planPlace(_ id: String) -> Vault.Place {
        Vault.Place(table: "approval", row: id, column: "sealed_plan")
    }

    private static func seal(_ approval: Approval, _ vault: Vault) throws -> [UInt8] {
        try vault.seal([], for: place(approval))
    }

    /// The seal holds nothing; it is bound to everything that the row says.
    private static func place(_ approval: Approval) -> Vault.Place {
        var content = approval.json(at: approval.createdAt)
        // The state follows from the rest.
        content["state"] = nil
        // Rows from before there was an asker have seals that do not name one.
        if approval.request.asker == nil { content["asked_with_token_of"] = nil }
        content["client"] = .bool(approval.request.allowsClient)
        content["lifetime"] = .double(approval.request.lifetime)
        return Vault.Place(
            table: "approval",
            row: approval.id,
            column: "seal",
            binding: SHA256.hash(JSONWriter.bytes(of: .object(content), sorted: true))
        )
    }
}
