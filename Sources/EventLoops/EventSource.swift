/// What a descriptor is ready for, and what a source wants to hear of.
package struct Readiness: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// There is something to read, a connection to accept, or the end of the stream.
    package static let readable = Readiness(rawValue: 0x001)
    /// There is room to write.
    package static let writable = Readiness(rawValue: 0x004)
    /// The descriptor has failed; always reported.
    package static let failed = Readiness(rawValue: 0x008)
    /// Both directions are closed; always reported.
    package static let closed = Readiness(rawValue: 0x010)
    /// The other side sends no more.
    package static let peerFinished = Readiness(rawValue: 0x2000)
    /// Report a change once instead of as long as it lasts (`EPOLLET`); an interest only.
    package static let edgeTriggered = Readiness(rawValue: 1 << 31)
}

/// Something that owns descriptors watched by an ``EventLoop``.
package protocol EventSource: AnyObject {
    /// Called on the loop's thread when a descriptor is ready.
    func ready(_ descriptor: Int32, _ readiness: Readiness)
}
