import Basics

/// Renewing tokens: on use, ahead of time, and after a refusal.
extension ConnectionKeeper {
    /// Renews tokens ahead of time until `wait` throws; it is to return after some seconds, at most twenty.
    package func keepFresh(wait: () async throws -> Void) async {
        repeat { await renewDue() } while (try? await wait()) != nil
    }

    /// Renews every token that will end within its lead, and those whose renewal was interrupted by a crash.
    package func renewDue() async {
        let due = store.tokenStates.filter { isDue($0) }
        for start in stride(from: 0, to: due.count, by: ConnectionKeeper.concurrency) {
            await withDiscardingTaskGroup { group in
                for tokens in due[start..<min(start + ConnectionKeeper.concurrency, due.count)] {
                    group.addTask { _ = try? await self.renew(tokens.record.id, generation: tokens.generation) }
                }
            }
        }
    }

    /// Authorization servers that are asked at the same time.
    private static let concurrency = 8

    /// Whether a token must not be used any more without trying to renew it.
    func isEnding(_ tokens: ConnectionStore.TokenState) -> Bool {
        if tokens.isInterrupted { return true }
        return seconds(left: tokens.record).map { $0 <= ConnectionKeeper.margin } ?? false
    }

    private func isDue(_ tokens: ConnectionStore.TokenState) -> Bool {
        if isPaused(tokens.record.id) != nil { return false }
        if tokens.isInterrupted { return true }
        guard let left = seconds(left: tokens.record) else { return false }
        return left <= lead(tokens, left: left)
    }

    private func seconds(left record: ConnectionRecord) -> Double? {
        record.accessExpires.map { Double($0.milliseconds - clock.now().milliseconds) / 1000 }
    }

    private func lead(_ tokens: ConnectionStore.TokenState, left: Double) -> Double {
        state.withLock { state in
            if let lead = state.leads[tokens.record.id], lead.generation == tokens.generation { return lead.seconds }
            // A token that lives for minutes only is not to be renewed all the time.
            let seconds = min(Double.random(in: ConnectionKeeper.leads), left / 2)
            state.leads[tokens.record.id] = (tokens.generation, seconds)
            return seconds
        }
    }

    private func isPaused(_ id: String) -> ConnectionError? {
        let now = clock.now()
        return state.withLock { state in state.pauses[id].flatMap { $0.until > now ? $0.error : nil } }
    }

    /// New credentials in place of those of a generation: of the renewal that runs, of one that ended meanwhile, or of one
    /// that begins now.
    ///
    /// - Parameter isForced: Whether the present token is of no use, although it has not ended.
    func renew(
        _ id: String,
        generation: Int,
        isForced: Bool = false
    ) async throws(ConnectionError) -> AuthorizedConnection {
        let renewal: Renewal? = state.withLock { state in
            if let running = state.running[id] { return running }
            // Under the same lock as a renewal's end, so that nobody begins another for tokens that were just replaced.
            guard store.tokenState(id)?.generation == generation else { return nil }
            // A task of its own: who waits may give up, and the new tokens must be kept all the same.
            let renewal = Renewal {
                let result = await self.run(id, generation)
                self.state.withLock { $0.running[id] = nil }
                return result
            }
            state.running[id] = renewal
            return renewal
        }
        guard let renewal else { return try store.authorized(id) }
        switch await renewal.value {
        case .success(let connection): return connection
        case .failure(let error):
            // What fails for a while must not stop calls that the present token is still good for.
            if !isForced, error.code == .unavailable || error.code == .storage, let tokens = store.tokenState(id),
                let left = seconds(left: tokens.record), left > 0
            {
                return try store.authorized(id)
            }
            throw error
        }
    }

    private func run(_ id: String, _ generation: Int) async -> Result<AuthorizedConnection, ConnectionError> {
        do throws(ConnectionError) {
            if let error = isPaused(id) { throw error }
            let tokens = try await newTokens(id, generation)
            state.withLock { $0.unsaved[id] = tokens }
            let isKept = try await store.keep(tokens, of: id, generation: generation)
            state.withLock { state in
                state.unsaved[id] = nil
                state.pauses[id] = nil
            }
            guard isKept else {
                throw ConnectionError(.missing, "The connection \(id) was removed while its tokens were renewed.")
            }
            log.info("tokens renewed", ["connection": id])
            return .success(try store.authorized(id))
        } catch {
            log.warning("tokens not renewed", ["connection": id, "error": error.code.rawValue])
            return .failure(error)
        }
    }

    private func newTokens(_ id: String, _ generation: Int) async throws(ConnectionError) -> TokenSet {
        if let unsaved = state.withLock({ $0.unsaved[id] }) { return unsaved }
        let connection = try store.authorized(id)
        guard let record = store.record(id), let grant = record.grant else {
            throw ConnectionError(.missing, "There is no connection \(id). See: switchboard connections list")
        }
        guard let scheme = scheme(of: record.toolkit)?.oauth else {
            throw ConnectionError(.invalid, "The toolkit \(record.toolkit) of connection \(id) has no OAuth any more.")
        }
        let client = client(
            toolkit: record.toolkit,
            fields: record.fields,
            secret: connection.secrets[OAuthScheme.clientSecret]
        )
        let endpoint = try endpoint(scheme, client, record.fields)
        let outcome: TokenEndpoint.Outcome
        switch grant {
        case .clientCredentials: outcome = await endpoint.clientCredentials()
        case .authorizationCode:
            guard let token = connection.secrets[OAuthScheme.refreshToken] else {
                throw await lost(record, "its token has ended, and \(record.toolkit) gave none to renew it with")
            }
            // On disk before the first byte: the server may replace the token although its answer never arrives.
            guard try await store.beginRenewal(id, generation: generation) else {
                throw ConnectionError(.missing, "There is no connection \(id). See: switchboard connections list")
            }
            outcome = await endpoint.refresh(token)
        }
        switch outcome {
        case .granted(let tokens): return tokens
        case .refused(let reason):
            try await store.abandonRenewal(id, generation: generation)
            throw await lost(record, "the authorization server refused to renew its token (\(reason))")
        case .failed(let reason, let isCertain):
            if isCertain { try await store.abandonRenewal(id, generation: generation) }
            throw pause(record, reason)
        }
    }

    /// Only a person can help now.
    private func lost(_ record: ConnectionRecord, _ reason: String) async -> ConnectionError {
        let name = "connection \(record.id) (\(record.label)) to \(record.toolkit)"
        let problem = "The \(name) must be authorised anew: \(reason)."
        do {
            try await store.mark(record.id, as: .needsReauthorization, because: problem)
        } catch { log.error("connection state was not stored", ["connection": record.id, "error": "\(error)"]) }
        var lost = record
        lost.state = .needsReauthorization
        lost.problem = problem
        return ConnectionChoice.unusable(lost)
    }

    private func pause(_ record: ConnectionRecord, _ reason: String) -> ConnectionError {
        let error = ConnectionError(
            .unavailable,
            "The token of connection \(record.id) (\(record.label)) to \(record.toolkit) cannot be renewed now: "
                + "the authorization server failed, \(reason). Try again in a moment."
        )
        let now = clock.now()
        state.withLock { state in
            let failures = (state.pauses[record.id]?.failures ?? 0) + 1
            let seconds = min(60, Double(1 << min(failures, 6)))
            state.pauses[record.id] = Pause(until: now.adding(seconds: seconds), failures: failures, error: error)
        }
        return error
    }
}
