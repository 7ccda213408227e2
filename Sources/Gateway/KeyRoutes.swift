import Connections
import HTTP
import JSON
import ToolRouter

/// `POST /v1/keys/rotate`: changes the key that secrets are kept under.
struct KeyRoutes: HTTPHandler {
    let application: Application

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard request.method == "POST" else {
            return Problem(405, "method_not_allowed", "Only POST can be used here.").response
        }
        do {
            let (dataKeys, connections, unreadable) = try await application.rotateKeys()
            return .json(
                JSONWriter.bytes(of: [
                    "data_keys": .integer(dataKeys), "connections_resealed": .integer(connections),
                    "connections_unreadable": .array(unreadable.map { .string($0) }),
                ])
            )
        } catch { return Problem(error.code == .invalid ? 400 : 500, error.code.rawValue, error.message).response }
    }
}
