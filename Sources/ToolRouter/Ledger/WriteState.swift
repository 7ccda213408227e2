/// Where a write is on its way; the ledger's rows say it in these words.
package enum WriteState: String, Sendable, Hashable, CaseIterable {
    /// Somebody means to do it.
    case planned
    /// Somebody who may has agreed.
    case approved
    /// It may have been sent, and what became of it is not written down yet.
    case intent
    /// The other side has it.
    case done
    /// The other side certainly does not have it.
    case failed
    /// Nobody knows, and only a person can tell.
    case unknown

    /// Something that happens to a write.
    enum Event: String, Sendable, CaseIterable {
        case plan
        case approve
        /// It is dropped before anything was sent.
        case withdraw
        /// It is about to be sent, the first time or again.
        case send
        /// An answer that does not say what happened, or none.
        case doubt
        /// The other side says it is done, or has been seen to have it.
        case confirm
        /// The other side says no, or has been seen not to have it.
        case deny
        /// Looking did not help.
        case giveUp
    }

    /// The state that follows; nil where the event must not happen.
    static func after(_ event: Event, from state: WriteState?) -> WriteState? {
        switch (event, state) {
        case (.plan, nil): .planned
        case (.approve, .planned): .approved
        case (.withdraw, .planned), (.withdraw, .approved): .failed
        // Again from `unknown` only once a look has shown that it is not there, or where doing it twice is doing it once.
        case (.send, nil), (.send, .planned), (.send, .approved), (.send, .failed), (.send, .intent), (.send, .unknown):
            .intent
        case (.doubt, .intent): .intent
        case (.doubt, .unknown): .unknown
        case (.confirm, .intent), (.confirm, .unknown): .done
        case (.deny, .intent), (.deny, .unknown): .failed
        case (.giveUp, .intent), (.giveUp, .unknown): .unknown
        default: nil
        }
    }

    /// The states that an event may find.
    static func sources(of event: Event) -> [WriteState] {
        allCases.filter { after(event, from: $0) != nil }
    }
}
