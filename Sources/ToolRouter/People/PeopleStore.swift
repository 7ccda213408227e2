package import Basics
import Cryptography
package import Storage

/// The people, their sessions and their sign-in codes; kept in memory as well, so that a page waits for no disk.
package final class PeopleStore: Sendable {
    package static let migrations = [
        Migration(
            domain: "people",
            version: 1,
            sql: """
                CREATE TABLE person(
                    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE,
                    role TEXT NOT NULL CHECK(role IN('member','recruiting_lead','administrator')),
                    email TEXT UNIQUE, subject TEXT UNIQUE, created_at INTEGER NOT NULL) STRICT;
                CREATE TABLE sign_in_code(
                    person TEXT PRIMARY KEY REFERENCES person(id), hash BLOB NOT NULL, expires_at INTEGER NOT NULL
                    ) STRICT;
                CREATE TABLE person_session(
                    hash BLOB PRIMARY KEY, person TEXT NOT NULL REFERENCES person(id), created_at INTEGER NOT NULL,
                    expires_at INTEGER NOT NULL) STRICT
                """
        )
    ]

    private struct Code {
        var hash: [UInt8]
        var expiresAt: Timestamp
        var wrong = 0
    }

    private struct Session {
        var person: String
        var createdAt: Timestamp
        var expiresAt: Timestamp
    }

    private struct State {
        /// By id.
        var people: [String: Person] = [:]
        /// The identity provider's name for a person, by id.
        var subjects: [String: String] = [:]
        /// By the person's id.
        var codes: [String: Code] = [:]
        /// By the hash of the browser's token.
        var sessions: [[UInt8]: Session] = [:]

        func person(named name: String) -> Person? { people.values.first { $0.name == name } }
    }

    private let database: any Database
    private let clock: any WallClock
    private let state: Locked<State>

    /// Reads the people that there are; the migrations must have been applied.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package init(database: any Database, clock: any WallClock = SystemClock()) async throws(RouterError) {
        do {
            let loaded = try await database.read { transaction in
                (
                    people: try transaction.query("SELECT * FROM person"),
                    codes: try transaction.query("SELECT * FROM sign_in_code"),
                    sessions: try transaction.query("SELECT * FROM person_session")
                )
            }
            var state = State()
            for row in loaded.people {
                let person = try PeopleStore.person(row)
                state.people[person.id] = person
                state.subjects[person.id] = try row.optionalText("subject")
            }
            for row in loaded.codes {
                let expiresAt = Timestamp(milliseconds: try row.integer("expires_at"))
                state.codes[try row.text("person")] = Code(hash: try row.blob("hash"), expiresAt: expiresAt)
            }
            for row in loaded.sessions {
                state.sessions[try row.blob("hash")] = Session(
                    person: try row.text("person"),
                    createdAt: Timestamp(milliseconds: try row.integer("created_at")),
                    expiresAt: Timestamp(milliseconds: try row.integer("expires_at"))
                )
            }
            self.state = Locked(state)
        } catch { throw PeopleStore.storage(error) }
        self.database = database
        self.clock = clock
    }

    // MARK: People

    /// Everybody, by name.
    package var all: [Person] { state.withLock { Array($0.people.values) }.sorted { $0.name < $1.name } }

    /// The person of that name.
    package func person(named name: String) -> Person? { state.withLock { $0.person(named: name) } }

    /// The person of that id.
    package func person(id: String) -> Person? { state.withLock { $0.people[id] } }

    /// Adds a person.
    ///
    /// - Throws: ``RouterError`` with code `invalid`, `conflict` when the name or the address is taken, or `storage`.
    package func add(name: String, role: PersonRole, email: String? = nil) async throws(RouterError) -> Person {
        guard Person.isName(name) else {
            throw RouterError(
                .invalid,
                "A person's name has 1 to 64 bytes and no slash, angle bracket or control character."
            )
        }
        if let email {
            let parts = email.split(separator: "@", omittingEmptySubsequences: false)
            guard email.utf8.count <= 254, parts.count == 2, parts.allSatisfy({ !$0.isEmpty }),
                email.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
            else { throw RouterError(.invalid, "The e-mail address of \(name) is none.") }
        }
        let now = clock.now()
        let person = Person(
            id: Identifier.make("person", at: now),
            name: name,
            role: role,
            email: email?.lowercased(),
            createdAt: now
        )
        let isFree: Bool
        do {
            isFree = try await database.write { transaction in
                let taken = try transaction.first(
                    "SELECT 1 FROM person WHERE name = ? OR email = ?",
                    .text(person.name),
                    .optional(person.email)
                )
                guard taken == nil else { return false }
                try transaction.execute(
                    "INSERT INTO person(id, name, role, email, created_at) VALUES(?, ?, ?, ?, ?)",
                    .text(person.id),
                    .text(person.name),
                    .text(person.role.rawValue),
                    .optional(person.email),
                    .integer(now.milliseconds)
                )
                return true
            }
        } catch { throw PeopleStore.storage(error) }
        guard isFree else {
            throw RouterError(.conflict, "There is already a person of that name or address: switchboard people list")
        }
        state.withLock { $0.people[person.id] = person }
        return person
    }

    /// Gives a person another role, from the next request on.
    ///
    /// - Throws: ``RouterError`` with code `notFound` or `storage`.
    package func setRole(_ role: PersonRole, of name: String) async throws(RouterError) -> Person {
        let id = try known(name).id
        do {
            try await database.write { transaction in
                try transaction.execute(
                    "UPDATE person SET role = ? WHERE id = ?",
                    .text(role.rawValue),
                    .text(id)
                )
            }
        } catch { throw PeopleStore.storage(error) }
        let changed = state.withLock { state in
            state.people[id]?.role = role
            return state.people[id]
        }
        guard let changed else { throw PeopleStore.missing(name) }
        return changed
    }

    /// Removes a person with their sessions and codes, from the next request on.
    ///
    /// Connections and endpoints of that user stay: they have commands of their own.
    ///
    /// - Throws: ``RouterError`` with code `notFound` or `storage`.
    package func remove(_ name: String) async throws(RouterError) {
        let id = try known(name).id
        // Out of the memory first: a person who cannot be deleted must not act either.
        state.withLock { state in
            state.people[id] = nil
            state.subjects[id] = nil
            state.codes[id] = nil
            state.sessions = state.sessions.filter { $0.value.person != id }
        }
        do {
            try await database.write { transaction in
                try transaction.execute("DELETE FROM sign_in_code WHERE person = ?", .text(id))
                try transaction.execute("DELETE FROM person_session WHERE person = ?", .text(id))
                try transaction.execute("DELETE FROM person WHERE id = ?", .text(id))
            }
        } catch { throw PeopleStore.storage(error) }
    }

    // MARK: Signing in

    /// Makes a code for a person; an earlier one is void.
    ///
    /// - Throws: ``RouterError`` with code `notFound` or `storage`.
    package func makeCode(for name: String) async throws(RouterError) -> SignInCode {
        let person = try known(name)
        let code = SignInCode(expiresAt: clock.now().adding(seconds: SignInCode.lifetime))
        let hash = SignInCode.hash(code.secret.reveal(), person: person.id)
        do {
            try await database.write { transaction in
                try transaction.execute(
                    """
                    INSERT INTO sign_in_code(person, hash, expires_at) VALUES(?, ?, ?)
                        ON CONFLICT(person) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at
                    """,
                    .text(person.id),
                    .blob(hash),
                    .integer(code.expiresAt.milliseconds)
                )
            }
        } catch { throw PeopleStore.storage(error) }
        state.withLock { $0.codes[person.id] = Code(hash: hash, expiresAt: code.expiresAt) }
        return code
    }

    /// Begins a session for somebody who has a code; nil when name and code do not belong together.
    ///
    /// The code is void afterwards, and after ``SignInCode/attempts`` wrong ones for the same name. An unknown name, a
    /// missing code and a wrong one cannot be told apart.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func signIn(
        name: String,
        code: String
    ) async throws(RouterError) -> (token: BrowserToken, session: PersonSession)? {
        let now = clock.now()
        let (person, void) = state.withLock { state -> (Person?, void: (person: String, hash: [UInt8])?) in
            let person = state.person(named: name)
            // Hashed for nobody too, so that an unknown name takes as long.
            let hash = SignInCode.hash(code, person: person?.id ?? "")
            guard let person, var known = state.codes[person.id] else { return (nil, nil) }
            let isOver = now >= known.expiresAt
            if !isOver, ConstantTime.equal(hash, known.hash) {
                state.codes[person.id] = nil
                return (person, (person.id, known.hash))
            }
            known.wrong += 1
            guard isOver || known.wrong >= SignInCode.attempts else {
                state.codes[person.id] = known
                return (nil, nil)
            }
            state.codes[person.id] = nil
            return (nil, (person.id, known.hash))
        }
        if let void {
            do {
                // Only this one: another may have been made meanwhile.
                try await database.write { transaction in
                    try transaction.execute(
                        "DELETE FROM sign_in_code WHERE person = ? AND hash = ?",
                        .text(void.person),
                        .blob(void.hash)
                    )
                }
            } catch { throw PeopleStore.storage(error) }
        }
        guard let person else { return nil }
        return try await begin(person)
    }

    /// Begins a session for somebody whom an identity provider has named; nil when nobody is known by that.
    ///
    /// The first time the verified address decides; from then on the provider's subject does, which never passes to
    /// somebody else as an address may.
    ///
    /// - Parameters:
    ///   - subject: Issuer and `sub`, in one text.
    ///   - verifiedEmail: The address, where the provider has verified it.
    /// - Throws: ``RouterError`` with code `storage`.
    package func signIn(
        subject: String,
        verifiedEmail: String?
    ) async throws(RouterError) -> (token: BrowserToken, session: PersonSession)? {
        let address = verifiedEmail?.lowercased()
        let (found, isNew) = state.withLock { state -> (Person?, Bool) in
            if let id = state.subjects.first(where: { $0.value == subject })?.key { return (state.people[id], false) }
            guard let address, let person = state.people.values.first(where: { $0.email == address }),
                state.subjects[person.id] == nil
            else { return (nil, false) }
            return (person, true)
        }
        guard let person = found else { return nil }
        if isNew {
            do {
                try await database.write { transaction in
                    try transaction.execute(
                        "UPDATE person SET subject = ? WHERE id = ? AND subject IS NULL",
                        .text(subject),
                        .text(person.id)
                    )
                }
            } catch { throw PeopleStore.storage(error) }
            state.withLock { if $0.people[person.id] != nil { $0.subjects[person.id] = subject } }
        }
        return try await begin(person)
    }

    private func begin(_ person: Person) async throws(RouterError) -> (token: BrowserToken, session: PersonSession)? {
        let now = clock.now()
        let token = BrowserToken()
        let hash = token.hash
        let new = Session(
            person: person.id,
            createdAt: now,
            expiresAt: now.adding(seconds: PersonSession.lifetime)
        )
        let ended = state.withLock { state -> [[UInt8]] in
            var ended = state.sessions.filter { $0.value.expiresAt <= now }.map(\.key)
            let own = state.sessions.filter { $0.value.person == person.id && $0.value.expiresAt > now }
                .sorted { $0.value.createdAt < $1.value.createdAt }
            ended += own.prefix(max(0, own.count - PersonSession.limit + 1)).map(\.key)
            for hash in ended { state.sessions[hash] = nil }
            return ended
        }
        let isKept: Bool
        do {
            isKept = try await database.write { transaction in
                for hash in ended {
                    try transaction.execute("DELETE FROM person_session WHERE hash = ?", .blob(hash))
                }
                // Removed meanwhile, perhaps.
                guard try transaction.first("SELECT 1 FROM person WHERE id = ?", .text(person.id)) != nil else {
                    return false
                }
                try transaction.execute(
                    "INSERT INTO person_session(hash, person, created_at, expires_at) VALUES(?, ?, ?, ?)",
                    .blob(hash),
                    .text(person.id),
                    .integer(now.milliseconds),
                    .integer(new.expiresAt.milliseconds)
                )
                return true
            }
        } catch { throw PeopleStore.storage(error) }
        guard isKept else { return nil }
        state.withLock { if $0.people[person.id] != nil { $0.sessions[hash] = new } }
        return (token, PersonSession(person: person, expiresAt: new.expiresAt))
    }

    // MARK: Sessions

    /// Who is signed in with a browser's token; nil when its session is over, or never was.
    package func session(_ token: BrowserToken) -> PersonSession? {
        let now = clock.now()
        let hash = token.hash
        return state.withLock { state in
            guard let session = state.sessions[hash], session.expiresAt > now,
                let person = state.people[session.person]
            else { return nil }
            return PersonSession(person: person, expiresAt: session.expiresAt)
        }
    }

    /// Ends a session, from the next request on.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func signOut(_ token: BrowserToken) async throws(RouterError) {
        let hash = token.hash
        state.withLock { $0.sessions[hash] = nil }
        do {
            try await database.write { transaction in
                try transaction.execute("DELETE FROM person_session WHERE hash = ?", .blob(hash))
            }
        } catch { throw PeopleStore.storage(error) }
    }

    /// Ends every session of a person, voids their code, and returns how many sessions there were.
    ///
    /// - Throws: ``RouterError`` with code `notFound` or `storage`.
    package func signOutEverywhere(_ name: String) async throws(RouterError) -> Int {
        let id = try known(name).id
        let now = clock.now()
        let count = state.withLock { state in
            let own = state.sessions.filter { $0.value.person == id }
            for hash in own.keys { state.sessions[hash] = nil }
            state.codes[id] = nil
            return own.values.count { $0.expiresAt > now }
        }
        do {
            try await database.write { transaction in
                try transaction.execute("DELETE FROM person_session WHERE person = ?", .text(id))
                try transaction.execute("DELETE FROM sign_in_code WHERE person = ?", .text(id))
            }
        } catch { throw PeopleStore.storage(error) }
        return count
    }

    private func known(_ name: String) throws(RouterError) -> Person {
        guard let person = person(named: name) else { throw PeopleStore.missing(name) }
        return person
    }

    private static func person(_ row: SQLRow) throws -> Person {
        guard let role = PersonRole(rawValue: try row.text("role")) else {
            throw StorageError(.mismatch, "a person has an unknown role")
        }
        return Person(
            id: try row.text("id"),
            name: try row.text("name"),
            role: role,
            email: try row.optionalText("email"),
            createdAt: Timestamp(milliseconds: try row.integer("created_at"))
        )
    }

    private static func missing(_ name: String) -> RouterError {
        RouterError(
            .notFound,
            "Nobody is called \(name.prefix(64)). See: switchboard people list; add one with: switchboard people add NAME"
        )
    }

    private static func storage(_ error: any Error) -> RouterError {
        RouterError(.storage, "People cannot be stored or read: \(error)", cause: error)
    }
}
