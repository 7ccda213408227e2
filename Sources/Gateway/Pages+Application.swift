import Console

extension Application {
    /// The pages of the console, besides those to sign in and out.
    var pages: [any ConsolePage] {
        [HomePage(connections: connections)]
    }
}
