import Basics
import Connections
import Cryptography
import Storage
import TestSupport
import Testing

/// A keeper over a database of its own, with a fake authorization server and a clock that stands still.
final class OAuthDesk: Sendable {
    let folder = TemporaryFolder()
    let key = SymmetricKey()
    let clock = ManualClock(Timestamp(milliseconds: 1_800_000_000_000))
    let server = FakeAuthorizationServer()
    let entries = Locked<[LogEntry]>([])

    static let redirectURI = "https://switchboard.example/oauth/callback"
    static let oauth = OAuthScheme(
        grants: [.authorizationCode, .clientCredentials],
        authorizationURL: "https://auth.acme.example/authorize?tenant=1",
        tokenURL: "https://{subdomain}.acme.example/token",
        issuer: "https://auth.acme.example",
        scopes: ["read", "write"],
        parameters: [OAuthScheme.Parameter(name: "access_type", value: "offline")]
    )
    static let fields = [
        AuthenticationScheme.Field(name: "subdomain", title: "S", description: "The subdomain.", isHostLabel: true)
    ]

    func database() async throws -> SQLiteDatabase {
        let database = try await SQLiteDatabase.open(folder.file("c.db"))
        try await database.migrate(ConnectionStore.migrations)
        return database
    }

    func keeper(_ database: SQLiteDatabase, oauth: OAuthScheme = OAuthDesk.oauth) async throws -> ConnectionKeeper {
        let log = Log { [self] entry in entries.withLock { $0.append(entry) } }
        let store = try await ConnectionStore(
            database: database,
            vault: Vault(current: key),
            clock: clock,
            log: log
        )
        let keeper = ConnectionKeeper(store: store, transport: server, clock: clock, log: log)
        keeper.use(clients: ["acme": OAuthClient(id: "registered", secret: Secret("canary-registered"))]) { name in
            name == "acme" ? AuthenticationScheme(oauth: oauth, fields: OAuthDesk.fields) : nil
        }
        return keeper
    }

    func new(user: String = "ada", fields: [String: String] = ["subdomain": "lab", "client_id": "mine"])
        -> NewConnection
    {
        NewConnection(
            user: user,
            toolkit: "acme",
            fields: fields,
            secrets: fields["client_id"] == nil ? [:] : ["client_secret": Secret("canary/secret&")]
        )
    }

    /// A connection that was authorised and found to work.
    func connect(_ keeper: ConnectionKeeper) async throws -> String {
        let start = try keeper.beginOAuth(new(), redirectURI: OAuthDesk.redirectURI, session: "cookie")
        let record = try await keeper.finishOAuth(server.allow(start.url), session: "cookie").record
        try await keeper.store.mark(record.id, as: .active)
        return record.id
    }

    func token(_ keeper: ConnectionKeeper) async throws -> String? {
        try await keeper.connection(user: "ada", toolkit: "acme", id: nil).secrets["access_token"]?.reveal()
    }

    /// What the row says about a renewal that is under way.
    func isMarked(_ database: SQLiteDatabase) async throws -> Bool {
        try await database.read {
            try $0.first("SELECT refresh_started FROM connection")?.optionalInteger("refresh_started")
        }
            != nil
    }
}
