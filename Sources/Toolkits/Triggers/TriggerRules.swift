package import Basics
import Cryptography
package import JSON

/// What a vendor reports by itself, and how its reports are known to be genuine.
package struct TriggerRules: Sendable {
    /// One kind of report.
    package struct Trigger: Sendable, Hashable {
        /// The vendor's name of it.
        package var name: String
        /// The name that people read.
        package var title: String
        package var description: String?
        /// Whether the vendor may still change it.
        package var isBeta: Bool
        /// Whether its name or payload is deduced instead of documented.
        package var isGuess: Bool
    }

    enum Encoding: String, CaseIterable {
        case hex, base64
    }

    /// The header field of the signature: HMAC-SHA256 over the raw body.
    package var header: String
    /// The field of a connection that holds the shared secret.
    package var secret: String
    package var triggers: [Trigger]
    var encoding: Encoding
    var prefix: String
    /// Where a body says what it reports.
    var type: JSONPointer
    /// Where a body has an id that stays the same when it is sent again.
    var delivery: JSONPointer?
    /// Reports that only ask whether somebody listens.
    var pings: [String]

    /// The trigger of that name.
    package subscript(name: String) -> Trigger? { triggers.first { $0.name == name } }

    /// Whether a body was signed with a secret; takes as long whatever is wrong.
    package func isSigned(_ body: [UInt8], signature: String?, secret: Secret) -> Bool {
        let key = Array(secret.reveal().utf8)
        guard let signature, !key.isEmpty else { return false }
        let code = HMACSHA256.authenticate(body, key: key)
        let text: String
        let given: String
        switch encoding {
        case .hex: (text, given) = (prefix + Hex.encode(code), signature.lowercased())
        case .base64: (text, given) = (prefix + Base64.encode(code), signature)
        }
        return ConstantTime.equal(Array(text.utf8), Array(given.utf8))
    }

    /// What a body reports.
    package func name(in body: JSONValue) -> String? { body.value(at: type)?.string }

    /// Whether a body only asks whether somebody listens.
    package func isPing(_ name: String) -> Bool { pings.contains(name) }

    /// What a report is known by when it is sent again: its id, or else a hash of all of it.
    package func delivery(of body: JSONValue, raw: [UInt8]) -> String {
        if let id = delivery.flatMap({ body.value(at: $0)?.string }), !id.isEmpty, id.utf8.count <= 200 {
            return "id " + id
        }
        return "sha256 " + Hex.encode(SHA256.hash(raw))
    }
}
