package import Basics
import Cryptography
import HTTP
package import Storage

/// Makes connect links and keeps track of them; of their secrets it keeps hashes.
package final class ConnectLinks: Sendable {
    package static let migrations = [
        Migration(
            domain: "connect_links",
            version: 1,
            sql: """
                CREATE TABLE connect_link(
                    id TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, user TEXT NOT NULL, toolkit TEXT NOT NULL,
                    label TEXT NOT NULL, base_url TEXT, state TEXT NOT NULL CHECK(state IN('open','taken','connected')),
                    connection TEXT, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT;
                CREATE INDEX connect_link_user ON connect_link(user)
                """
        )
    ]

    /// Links that one user may have open; the oldest gives way, since an agent may ask again and again.
    private static let limit = 20
    /// Seconds after which a link is forgotten altogether.
    private static let memory = 24 * 3600.0

    private let database: any Database
    private let address: PublicAddress
    private let clock: any WallClock

    /// - Parameters:
    ///   - database: Its migrations must have been applied.
    ///   - address: What links start with.
    ///   - clock: Says when a link ends.
    package init(database: any Database, address: PublicAddress, clock: any WallClock = SystemClock()) {
        self.database = database
        self.address = address
        self.clock = clock
    }

    /// Whether links can be made: whether this process serves the pages that they lead to.
    package var isAvailable: Bool { address.url != nil }

    /// Makes a link for a user and a toolkit.
    ///
    /// - Parameters:
    ///   - user: Whose connection it will be, and who must be signed in to make it.
    ///   - toolkit: The toolkit's name; the caller has checked that there is one.
    ///   - label: What to call the connection; empty for the toolkit's name.
    ///   - baseURL: A simulator of this machine; an address elsewhere is refused, since the key would be sent there.
    /// - Throws: ``RouterError`` with code `invalid` when no pages are served, or `storage`.
    package func make(
        user: String,
        toolkit: String,
        label: String = "",
        baseURL: String? = nil
    ) async throws(RouterError) -> NewConnectLink {
        guard let base = address.url else {
            throw RouterError(
                .invalid,
                "Connect links need a running server, and this process serves no pages. Start it with: switchboard "
                    + "serve. Or connect with: switchboard connections add \(toolkit) --user \(user)"
            )
        }
        if let baseURL { try ConnectLinks.check(baseURL) }
        let now = clock.now()
        let token = Base64.encodeURL(RandomBytes.make(32))
        let link = ConnectLink(
            id: Identifier.make("link", at: now),
            user: user,
            toolkit: toolkit,
            label: label,
            baseURL: baseURL,
            expiresAt: now.adding(seconds: ConnectLink.lifetime),
            state: .open
        )
        try await write { transaction in
            try transaction.execute(
                "DELETE FROM connect_link WHERE expires_at < ?",
                .integer(now.adding(seconds: -ConnectLinks.memory).milliseconds)
            )
            let open = try transaction.query(
                "SELECT id FROM connect_link WHERE user = ? AND state = 'open' ORDER BY created_at, id",
                .text(user)
            )
            for row in open.dropLast(ConnectLinks.limit - 1) {
                try transaction.execute("DELETE FROM connect_link WHERE id = ?", .text(row.text("id")))
            }
            try transaction.execute(
                """
                INSERT INTO connect_link(id, hash, user, toolkit, label, base_url, state, created_at, expires_at)
                    VALUES(?, ?, ?, ?, ?, ?, 'open', ?, ?)
                """,
                .text(link.id),
                .blob(SHA256.hash(token)),
                .text(user),
                .text(toolkit),
                .text(label),
                .optional(baseURL),
                .integer(now.milliseconds),
                .integer(link.expiresAt.milliseconds)
            )
        }
        return NewConnectLink(link: link, url: base + "/connect/" + token)
    }

    /// The link that a URL's last part opens; nil for one that was never made or is forgotten.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func link(token: String) async throws(RouterError) -> ConnectLink? {
        guard token.utf8.count == 43 else { return nil }
        let hash = SHA256.hash(token)
        return try await find { try $0.first("SELECT * FROM connect_link WHERE hash = ?", .blob(hash)) }
    }

    /// The link of that id.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func link(id: String) async throws(RouterError) -> ConnectLink? {
        try await find { try $0.first("SELECT * FROM connect_link WHERE id = ?", .text(id)) }
    }

    /// Takes a link for one attempt, so that a second one at the same time finds it taken; false when it is not open.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func take(_ id: String) async throws(RouterError) -> Bool {
        let now = clock.now()
        return try await write { transaction in
            try transaction.execute(
                "UPDATE connect_link SET state = 'taken' WHERE id = ? AND state = 'open' AND expires_at > ?",
                .text(id),
                .integer(now.milliseconds)
            ) == 1
        }
    }

    /// Gives a link back after an attempt that connected nothing, so that a mistyped key can be corrected.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func giveBack(_ id: String) async throws(RouterError) {
        _ = try await write { transaction in
            try transaction.execute(
                "UPDATE connect_link SET state = 'open' WHERE id = ? AND state = 'taken'",
                .text(id)
            )
        }
    }

    /// Gives back what an earlier process had taken when it ended in the middle of an attempt.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func reopen() async throws(RouterError) {
        _ = try await write { try $0.execute("UPDATE connect_link SET state = 'open' WHERE state = 'taken'") }
    }

    /// Closes a link that was taken, with the connection that came of it.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func close(_ id: String, connection: String) async throws(RouterError) {
        _ = try await write { transaction in
            try transaction.execute(
                "UPDATE connect_link SET state = 'connected', connection = ? WHERE id = ? AND state = 'taken'",
                .text(connection),
                .text(id)
            )
        }
    }

    /// Voids what a user has not used yet.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func revoke(user: String) async throws(RouterError) {
        _ = try await write { transaction in
            try transaction.execute("DELETE FROM connect_link WHERE user = ? AND state <> 'connected'", .text(user))
        }
    }

    private func find(
        _ query: @escaping @Sendable (any SQLTransaction) throws -> SQLRow?
    ) async throws(RouterError) -> ConnectLink? {
        let now = clock.now()
        do {
            return try await database.read { try query($0).map { try ConnectLinks.link($0, now: now) } }
        } catch { throw ConnectLinks.storage(error) }
    }

    private func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws(RouterError) -> Result {
        do {
            return try await database.write(body)
        } catch { throw ConnectLinks.storage(error) }
    }

    private static func link(_ row: SQLRow, now: Timestamp) throws -> ConnectLink {
        let expiresAt = Timestamp(milliseconds: try row.integer("expires_at"))
        var state: ConnectLinkState = expiresAt <= now ? .expired : .open
        if let connection = try row.optionalText("connection") { state = .connected(connection) }
        return ConnectLink(
            id: try row.text("id"),
            user: try row.text("user"),
            toolkit: try row.text("toolkit"),
            label: try row.text("label"),
            baseURL: try row.optionalText("base_url"),
            expiresAt: expiresAt,
            state: state
        )
    }

    private static func check(_ baseURL: String) throws(RouterError) {
        guard let request = try? HTTPRequest(url: baseURL),
            ["localhost", "127.0.0.1", "[::1]"].contains(request.host.lowercased())
        else {
            throw RouterError(
                .invalid,
                "The base_url of a connect link must be on this machine, because the person's key is sent there; for "
                    + "another address use: switchboard connections add"
            )
        }
    }

    private static func storage(_ error: any Error) -> RouterError {
        RouterError(.storage, "Connect links cannot be stored or read: \(error)", cause: error)
    }
}
