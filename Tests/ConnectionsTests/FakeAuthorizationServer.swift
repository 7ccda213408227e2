import Basics
import Connections
import Cryptography
import HTTP
import JSON
import TestSupport

/// An authorization server that rotates refresh tokens, asks for PKCE, and fails as a test wants it to.
final class FakeAuthorizationServer: HTTPTransport {
    enum Mode: Sendable {
        case normal
        /// Answers with this, and uses nothing up.
        case answer(Int, String)
        /// Uses the refresh token up, and its answer is lost.
        case losesAnswer
        case unreachable
        /// Waits for the gate before it answers.
        case waits(Gate)
    }

    private struct State {
        var mode = Mode.normal
        var codes: [String: (challenge: String, redirect: String)] = [:]
        var refreshTokens: Set<String> = []
        var count = 0
        var forms: [[String: String]] = []
        var authorizations: [String?] = []
        var expiresIn = 3600
        var givesRefreshToken = true
    }

    private let state = Locked(State())

    var mode: Mode {
        get { state.withLock { $0.mode } }
        set { state.withLock { $0.mode = newValue } }
    }
    /// The forms that the token endpoint got.
    var forms: [[String: String]] { state.withLock { $0.forms } }
    var authorizations: [String?] { state.withLock { $0.authorizations } }
    /// How often a refresh token was sent.
    var refreshes: Int { forms.filter { $0["grant_type"] == "refresh_token" }.count }

    func answers(expiresIn seconds: Int, refreshToken: Bool = true) {
        state.withLock { state in
            state.expiresIn = seconds
            state.givesRefreshToken = refreshToken
        }
    }

    /// Ends every refresh token, as a person does who takes the permission back.
    func revokeAll() { state.withLock { $0.refreshTokens = [] } }

    /// What a person's browser brings back after the person allowed what `url` asks for.
    func allow(_ url: String) throws -> CallbackParameters {
        let query = try HTTPRequest(url: url).query
        let asked = Dictionary(uniqueKeysWithValues: PercentEncoding.decodeForm(query).map { ($0.name, $0.value) })
        return state.withLock { state in
            state.count += 1
            let code = "code-\(state.count)"
            state.codes[code] = (asked["code_challenge"] ?? "", asked["redirect_uri"] ?? "")
            return [("code", code), ("state", asked["state"] ?? ""), ("iss", "https://auth.acme.example")]
        }
    }

    func send(_ request: HTTPRequest, options: HTTPRequestOptions) async throws -> HTTPResponse {
        let bytes = try await request.body.collect(limit: 1 << 16)
        let form = Dictionary(
            uniqueKeysWithValues: PercentEncoding.decodeForm(String(decoding: bytes, as: UTF8.self)).map {
                ($0.name, $0.value)
            }
        )
        let authorization = request.fields["Authorization"]
        let mode = state.withLock { state in
            state.forms.append(form)
            state.authorizations.append(authorization)
            return state.mode
        }
        switch mode {
        case .normal: return grant(form)
        case .answer(let status, let body): return .json(Array(body.utf8), status: status)
        case .losesAnswer:
            _ = grant(form)
            throw HTTPError(.connectionLost, "the connection ended")
        case .unreachable: throw HTTPError(.connectFailed, "nobody listens", nothingSent: true)
        case .waits(let gate):
            await gate.pass()
            return grant(form)
        }
    }

    private func grant(_ form: [String: String]) -> HTTPResponse {
        state.withLock { state in
            func refused(_ error: String) -> HTTPResponse { .json(Array(#"{"error":"\#(error)"}"#.utf8), status: 400) }
            switch form["grant_type"] {
            case "authorization_code":
                guard let flow = state.codes.removeValue(forKey: form["code"] ?? ""),
                    flow.challenge == Base64.encodeURL(SHA256.hash(form["code_verifier"] ?? "")),
                    flow.redirect == form["redirect_uri"]
                else { return refused("invalid_grant") }
            case "refresh_token":
                guard state.refreshTokens.remove(form["refresh_token"] ?? "") != nil else {
                    return refused("invalid_grant")
                }
            case "client_credentials": break
            default: return refused("unsupported_grant_type")
            }
            state.count += 1
            var body: JSONValue = [
                "access_token": .string("access-\(state.count)"), "token_type": "Bearer",
                "expires_in": .integer(state.expiresIn),
            ]
            if state.givesRefreshToken, form["grant_type"] != "client_credentials" {
                body["refresh_token"] = .string("refresh-\(state.count)")
                state.refreshTokens.insert("refresh-\(state.count)")
            }
            return .json(JSONWriter.bytes(of: body))
        }
    }
}
