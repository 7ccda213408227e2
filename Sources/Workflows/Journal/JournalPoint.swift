/// What a commit of the journal writes down: tests kill the program before and after each of them.
struct JournalPoint {
    let before: StaticString
    let after: StaticString

    static let start = JournalPoint(before: "before-run-start", after: "after-run-start")
    static let move = JournalPoint(before: "before-run-move", after: "after-run-move")
    static let wait = JournalPoint(before: "before-run-wait", after: "after-run-wait")
    static let end = JournalPoint(before: "before-run-end", after: "after-run-end")
    static let step = JournalPoint(before: "before-step", after: "after-step")
    static let stepWait = JournalPoint(before: "before-step-wait", after: "after-step-wait")
    static let items = JournalPoint(before: "before-items", after: "after-items")
    static let itemEnd = JournalPoint(before: "before-item-end", after: "after-item-end")
    static let page = JournalPoint(before: "before-page", after: "after-page")
    static let report = JournalPoint(before: "before-report", after: "after-report")
    static let reopen = JournalPoint(before: "before-reopen", after: "after-reopen")
    static let other = JournalPoint(before: "before-journal", after: "after-journal")
}
