import CCurl
import EventLoops
import HTTP

/// One libcurl multi handle on one event loop, with its transfers and its idle handles.
///
/// Sendable because everything that changes is touched on the loop only. The callbacks get this object unretained: it
/// lives as long as the multi handle, which its `deinit` ends.
final class CurlDriver: EventSource, @unchecked Sendable {
    private static let pooledHandles = 64

    let loop: EventLoop
    let configuration: CurlTransportConfiguration
    private let multi: UnsafeMutableRawPointer
    private var timer: LoopTimer?
    private var pool: [EasyHandle] = []
    private var watched: Set<Int32> = []
    /// Keeps transfers alive while libcurl works on them; nothing else does.
    private var inFlight: [UnsafeMutableRawPointer: any DrivenTransfer] = [:]
    private var isShutDown = false

    init(loop: EventLoop, configuration: CurlTransportConfiguration) throws(HTTPError) {
        guard let multi = curl_multi_init() else {
            throw HTTPError(.other, "libcurl has no memory for a multi handle", nothingSent: true)
        }
        self.loop = loop
        self.configuration = configuration
        self.multi = multi
        let own = Unmanaged.passUnretained(self).toOpaque()
        ccurl_multi_setopt_socket(multi, CurlDriver.socketChanged)
        ccurl_multi_setopt_pointer(multi, CURLMOPT_SOCKETDATA, own)
        ccurl_multi_setopt_timer(multi, CurlDriver.timerChanged)
        ccurl_multi_setopt_pointer(multi, CURLMOPT_TIMERDATA, own)
        // The default follows the number of transfers, and throws connections away after a burst.
        ccurl_multi_setopt_long(multi, CURLMOPT_MAXCONNECTS, configuration.keptConnections)
    }

    deinit {
        ccurl_multi_setopt_socket(multi, nil)
        ccurl_multi_setopt_timer(multi, nil)
        pool = []
        curl_multi_cleanup(multi)
    }

    // MARK: Transfers

    /// A handle without options; nil when memory is short or the transport has been shut down.
    func takeHandle() -> EasyHandle? {
        isShutDown ? nil : pool.popLast() ?? EasyHandle()
    }

    /// Starts a transfer; false when libcurl refuses it.
    func add(_ transfer: any DrivenTransfer, _ handle: EasyHandle) -> Bool {
        inFlight[handle.raw] = transfer
        guard curl_multi_add_handle(multi, handle.raw) == CURLM_OK else {
            inFlight[handle.raw] = nil
            return false
        }
        // Starts at once, and not only when the timer that libcurl has just set for it comes round.
        drive()
        return true
    }

    /// Ends a transfer; one that is not complete has its connection closed.
    func remove(_ handle: EasyHandle) {
        curl_multi_remove_handle(multi, handle.raw)
        inFlight[handle.raw] = nil
        handle.reset()
        if pool.count < CurlDriver.pooledHandles { pool.append(handle) }
    }

    /// Lets libcurl act on what has changed without a socket.
    func drive() {
        var running: Int32 = 0
        curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running)
        finishCompleted()
    }

    func shutDown() {
        isShutDown = true
        for transfer in Array(inFlight.values) { transfer.cancel() }
        pool = []
        if let timer = timer.take() { loop.cancel(timer) }
        for descriptor in watched { loop.unregister(descriptor) }
        watched = []
    }

    private func finishCompleted() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            inFlight[easy]?.finished(message.pointee.data.result)
        }
    }

    // MARK: Events

    func ready(_ descriptor: Int32, _ readiness: Readiness) {
        var mask: Int32 = 0
        if readiness.contains(.readable) { mask |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { mask |= CURL_CSELECT_OUT }
        if readiness.contains(.failed) || readiness.contains(.closed) { mask |= CURL_CSELECT_IN | CURL_CSELECT_ERR }
        var running: Int32 = 0
        curl_multi_socket_action(multi, descriptor, mask, &running)
        finishCompleted()
    }

    private func socketChanged(_ descriptor: Int32, _ what: Int32) {
        if what == CURL_POLL_REMOVE {
            watched.remove(descriptor)
            loop.unregister(descriptor)
            return
        }
        var interest: Readiness = []
        if what & CURL_POLL_IN != 0 { interest.insert(.readable) }
        if what & CURL_POLL_OUT != 0 { interest.insert(.writable) }
        do {
            if watched.insert(descriptor).inserted {
                try loop.register(descriptor, interest, self)
            } else {
                try loop.modify(descriptor, interest)
            }
        } catch {
            // The transfer then ends by its own time limit, with an error that says so.
            watched.remove(descriptor)
        }
    }

    private func timerChanged(_ milliseconds: Int) {
        if let timer = timer.take() { loop.cancel(timer) }
        guard milliseconds >= 0, !isShutDown else { return }
        timer = loop.schedule(after: Double(milliseconds) / 1000) { [weak self] in
            self?.timer = nil
            self?.drive()
        }
    }

    private static let socketChanged: curl_socket_callback = { _, descriptor, what, context, _ in
        guard let context else { return 0 }
        Unmanaged<CurlDriver>.fromOpaque(context).takeUnretainedValue().socketChanged(descriptor, what)
        return 0
    }

    private static let timerChanged: curl_multi_timer_callback = { _, milliseconds, context in
        guard let context else { return 0 }
        Unmanaged<CurlDriver>.fromOpaque(context).takeUnretainedValue().timerChanged(milliseconds)
        return 0
    }
}
