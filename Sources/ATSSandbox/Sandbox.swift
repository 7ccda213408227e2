package import Basics
package import HTTP

/// Both simulated systems, over one data set and one clock.
package struct Sandbox: Sendable {
    package let world: SandboxWorld
    /// Ashby's API, and the control routes.
    package let ashby: any HTTPHandler
    /// Pinpoint's API, and the control routes.
    package let pinpoint: any HTTPHandler

    /// Generates the data set; the default clock stands still at ``SandboxWorld/defaultNow``.
    package init(
        seed: UInt64 = 1,
        clock: any WallClock = ManualClock(SandboxWorld.defaultNow),
        candidates: Int = SandboxWorld.defaultCandidates,
        options: SandboxOptions = SandboxOptions()
    ) {
        let world = SandboxWorld(seed: seed, clock: clock, candidates: candidates)
        self.world = world
        ashby = AshbySandbox(world: world, options: options)
        pinpoint = PinpointSandbox(world: world, options: options)
    }
}
