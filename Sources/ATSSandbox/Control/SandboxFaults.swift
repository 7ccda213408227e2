/// What a fault tells the handlers below it about the request that they answer.
enum SandboxFaults {
    /// The seconds for which lists do not show what the request writes; nil shows it at once.
    @TaskLocal static var listLag: Double?
}
