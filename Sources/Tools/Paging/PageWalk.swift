package import JSON

/// Walks every page of a list, one result after the other, without making any call itself.
///
/// Ask ``next``, make that call, hand its result to ``take(_:)``, and keep the ``checkpoint`` with the page's items. A walk
/// goes on from a checkpoint in another process. Records that come twice are given out once; a cursor that the other
/// side no longer knows starts the walk over without giving out again what was given out before.
package struct PageWalk: Sendable {
    /// What to do next.
    package enum Step: Sendable, Hashable {
        /// Call the tool with this `next_cursor`; nil for the first page.
        case fetch(cursor: String?)
        /// Every page has been read, or as many records as were wanted.
        case finished(complete: Bool)
    }

    /// What a result was good for.
    package enum Outcome: Sendable, Hashable {
        /// Records that were not given out before.
        case page([JSONValue])
        /// The cursor was stale; the walk is at the first page again.
        case restarted
        /// The walk stands where it stood: either the call failed and can be made again, or the list cannot be walked.
        case failed(ToolResult)
    }

    /// How far a walk may go.
    package struct Limits: Sendable, Hashable {
        /// What becomes of a list that has more records than wanted.
        package enum Excess: String, Sendable, Hashable, CaseIterable {
            /// It is an error, so that nobody takes a part for the whole.
            case fail
            /// The walk ends, and says that it is not complete.
            case stop
        }

        /// The most records; nil for as many as there are.
        package var maximum: Int?
        package var excess: Excess
        /// The most pages, restarts included.
        package var pages: Int
        /// How often a stale cursor may start the walk over.
        package var restarts: Int
        /// The most pages in a row that are empty and have a cursor all the same.
        package var emptyPages: Int

        package init(
            maximum: Int? = nil,
            excess: Excess = .fail,
            pages: Int = 10_000,
            restarts: Int = 3,
            emptyPages: Int = 2
        ) {
            self.maximum = maximum
            self.excess = excess
            self.pages = pages
            self.restarts = restarts
            self.emptyPages = emptyPages
        }
    }

    package let limits: Limits
    /// Pages read so far.
    package private(set) var pages = 0
    /// Records given out so far.
    package private(set) var count = 0
    /// How often a stale cursor started the walk over.
    package private(set) var restarts = 0

    private var step = Step.fetch(cursor: nil)
    private var emptyPages = 0
    /// Hashes of the cursors that led to pages of this pass, the last ones first to go when there are too many.
    private var cursors: [String] = []
    /// The pass in which a record was last met, by what it is known by.
    private var met: [String: Int] = [:]
    /// How often a record without id was met in this pass.
    private var repeats: [String: Int] = [:]

    // A longer circle than this shows as pages of nothing new.
    private static let rememberedCursors = 256

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Goes on from a checkpoint.
    ///
    /// - Parameters:
    ///   - checkpoint: What ``checkpoint`` was after the last page that was kept.
    ///   - items: The records that were given out until then; without them, records that come again are given out again.
    ///   - limits: As at the start.
    /// - Returns: Nil when the checkpoint is none.
    package init?(checkpoint: JSONValue, items: some Sequence<JSONValue>, limits: Limits = Limits()) {
        guard let pages = checkpoint["pages"]?.integer, let count = checkpoint["count"]?.integer,
            let restarts = checkpoint["restarts"]?.integer, let empty = checkpoint["empty_pages"]?.integer,
            let cursors = checkpoint["cursors"]?.array, let state = checkpoint["state"]?.string
        else { return nil }
        self.limits = limits
        (self.pages, self.count, self.restarts, emptyPages) = (pages, count, restarts, empty)
        self.cursors = cursors.compactMap(\.string)
        switch state {
        case "fetch": step = .fetch(cursor: checkpoint["cursor"]?.string)
        case "complete": step = .finished(complete: true)
        case "stopped": step = .finished(complete: false)
        default: return nil
        }
        // After a restart nobody knows in which pass a record was met; the one before lets it come once more in silence.
        let pass = restarts > 0 ? restarts - 1 : 0
        for item in items { met[key(of: item)] = pass }
        if restarts > 0 { repeats = [:] }
    }

    /// The call to make now, or how the walk ended.
    package var next: Step { step }

    /// Where the walk stands; its cursor is the very text that the other side gave.
    package var checkpoint: JSONValue {
        var object: JSONObject = [
            "pages": .integer(pages), "count": .integer(count), "restarts": .integer(restarts),
            "empty_pages": .integer(emptyPages), "cursors": .array(cursors.map { .string($0) }),
        ]
        switch step {
        case .fetch(let cursor):
            object["state"] = "fetch"
            object["cursor"] = cursor.map { .string($0) } ?? .null
        case .finished(let complete): object["state"] = complete ? "complete" : "stopped"
        }
        return .object(object)
    }

    /// Takes the result of the call that ``next`` asked for.
    package mutating func take(_ result: ToolResult) -> Outcome {
        guard case .fetch(let cursor) = step else {
            return .failed(.failure("walk_finished", "Every page of this list has been read."))
        }
        if result.isError {
            guard result.problem?.code == "cursor_expired", cursor != nil else { return .failed(result) }
            return startOver(result)
        }
        guard let value = try? JSONParser.parse(result.payload), let items = value["items"]?.array else {
            return .failed(
                .failure("not_a_list", "The result has no items, so it has no pages: call the tool by itself.")
            )
        }
        return take(items, next: value["next_cursor"]?.string, isSearch: value["search"] != nil)
    }

    private mutating func startOver(_ result: ToolResult) -> Outcome {
        guard restarts < limits.restarts else { return .failed(result) }
        restarts += 1
        step = .fetch(cursor: nil)
        emptyPages = 0
        cursors = []
        repeats = [:]
        return .restarted
    }

    private mutating func take(_ items: [JSONValue], next: String?, isSearch: Bool) -> Outcome {
        // A search that found nothing yet goes on with the next records; a list does not.
        let empty = items.isEmpty && !isSearch ? emptyPages + 1 : 0
        var draft = self
        var fresh: [JSONValue] = []
        var isNewInPass = items.isEmpty
        for item in items {
            let before = draft.met.updateValue(draft.restarts, forKey: draft.key(of: item))
            if before == nil { fresh.append(item) }
            if before != draft.restarts { isNewInPass = true }
        }
        draft.pages += 1
        draft.emptyPages = empty
        if let next {
            let mark = PageWalk.mark(next)
            guard !cursors.contains(mark) else {
                return .failed(
                    broken("cursor_loop", "a cursor led to a page that had been read before, so the list has no end")
                )
            }
            guard isNewInPass else {
                return .failed(broken("cursor_loop", "a page with a new cursor held nothing but records read before"))
            }
            guard empty <= limits.emptyPages else {
                return .failed(broken("empty_pages", "\(empty) pages in a row were empty and promised another"))
            }
            guard draft.pages < limits.pages else {
                return .failed(broken("too_many_pages", "there are more than \(limits.pages) pages"))
            }
            draft.cursors.append(mark)
            if draft.cursors.count > PageWalk.rememberedCursors { draft.cursors.removeFirst() }
        }
        draft.step = next.map { .fetch(cursor: $0) } ?? .finished(complete: true)
        if let maximum = limits.maximum {
            let room = maximum - count
            if fresh.count > room || (fresh.count == room && next != nil) {
                guard limits.excess == .stop else {
                    return .failed(
                        .failure(
                            "too_many_items",
                            "There are more than \(maximum) records. Narrow the list by its filters, or allow more.",
                            details: ["maximum": .integer(maximum)]
                        )
                    )
                }
                fresh = Array(fresh.prefix(room))
                draft.step = .finished(complete: false)
            }
        }
        draft.count += fresh.count
        self = draft
        return .page(fresh)
    }

    private func broken(_ code: String, _ what: String) -> ToolResult {
        .failure(
            code,
            "The list cannot be read to its end: \(what), after \(pages) pages and \(count) records. "
                + "Narrow it by its filters.",
            details: ["pages": .integer(pages), "records": .integer(count)]
        )
    }

    /// What tells a record from others: its id, or else its content and how often that was met in this pass.
    private mutating func key(of item: JSONValue) -> String {
        switch item["id"] {
        case .string(let id)?: return "i" + id
        case .number(let id)?: return "i" + id.text
        default:
            let text = JSONWriter.text(of: item, sorted: true)
            let number = repeats[text, default: 0]
            repeats[text] = number + 1
            return "c\(number) " + text
        }
    }

    private static func mark(_ cursor: String) -> String {
        var hash = StableHash()
        hash.combine(cursor.utf8)
        return hash.text
    }
}
