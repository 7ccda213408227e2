import CCurl

/// A transfer as its driver sees it; both methods run on the driver's loop.
protocol DrivenTransfer: AnyObject, Sendable {
    /// Called when libcurl is done.
    func finished(_ code: CURLcode)

    /// Gives up.
    func cancel()
}
