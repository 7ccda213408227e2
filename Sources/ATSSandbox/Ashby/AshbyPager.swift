import Basics
import JSON

/// Cuts lists into pages, with cursors and sync tokens that say where a caller has got to.
///
/// Both are opaque to callers. A cursor is good for an hour and for the list that gave it; a sync token for 14 days.
enum AshbyPager {
    private static let cursorLife: Int64 = 3_600_000
    private static let tokenLife: Int64 = 14 * 86_400_000
    /// More changes than this in one pass, and the vendor asks for a full pass instead.
    static let largestPass = 10_000

    static func page(
        _ call: AshbyCall,
        _ table: String,
        list: String,
        where test: (Row) -> Bool,
        among rows: [Row]? = nil,
        render: (Row) -> JSONValue
    ) throws(AshbyFailure) -> AshbyOperation.Reply {
        let limit = call.arguments.integer("limit") ?? 100
        guard (1...100).contains(limit) else { throw .invalid("limit", "expected an integer from 1 to 100") }
        var start = 0
        var since = -1
        var passRevision = call.store.revision
        if let token = call.arguments.text("syncToken") {
            since = try read(
                token,
                kind: "s",
                list: list,
                call,
                life: tokenLife,
                expired: "sync_token_expired",
                invalid: "sync_token_invalid"
            )[0]
        }
        if let cursor = call.arguments.text("cursor") {
            let fields = try read(
                cursor,
                kind: "c",
                list: list,
                call,
                life: cursorLife,
                expired: "next_cursor_expired",
                invalid: "invalid_next_cursor"
            )
            guard fields.count == 3 else { throw .init("invalid_next_cursor", "The cursor is not one of this list.") }
            start = fields[0]
            passRevision = fields[1]
            since = fields[2]
        }
        let all = rows ?? call.store[table].listed(now: call.now.milliseconds)
        var found: [Row] = []
        var position = start
        while position < all.count {
            let row = all[position]
            if row.revision > since, call.isVisible(row, table), test(row) {
                if found.count == limit { break }
                found.append(row)
            }
            position += 1
        }
        let results = found.map(render)
        guard position < all.count else {
            return .page(results, next: nil, sync: write([passRevision], kind: "s", list: list, call))
        }
        if since >= 0, position > largestPass {
            throw .init("incremental_sync_too_large", "Too much has changed; run a full sync.")
        }
        return .page(results, next: write([position, passRevision, since], kind: "c", list: list, call), sync: nil)
    }

    private static func write(_ fields: [Int], kind: String, list: String, _ call: AshbyCall) -> String {
        let text = ([kind, list, String(call.now.milliseconds)] + fields.map(String.init)).joined(separator: "|")
        let check = String(SplitMix64.hash(text, seed: call.seed), radix: 36)
        return Base64.encodeURL(Array((text + "|" + check).utf8))
    }

    private static func read(
        _ token: String,
        kind: String,
        list: String,
        _ call: AshbyCall,
        life: Int64,
        expired: String,
        invalid: String
    ) throws(AshbyFailure) -> [Int] {
        let failure = AshbyFailure(invalid, "The token is not one of this list; start again without it.")
        guard let bytes = Base64.decodeURL(token), let text = String(validating: bytes, as: UTF8.self) else {
            throw failure
        }
        var parts = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard let check = parts.popLast(), parts.count >= 4, parts[0] == kind, parts[1] == list,
            let made = Int64(parts[2]),
            check == String(SplitMix64.hash(parts.joined(separator: "|"), seed: call.seed), radix: 36)
        else { throw failure }
        guard call.now.milliseconds - made < life else {
            throw AshbyFailure(expired, "The token is too old; start again without it.")
        }
        return parts.dropFirst(3).compactMap { Int($0) }
    }
}
