package import Basics
package import HTTP
package import JSON

/// Both simulated systems, over one data set and one clock.
package struct Sandbox: Sendable {
    package let world: SandboxWorld
    /// Ashby's API, with the control routes below `/_sandbox/`.
    package let ashby: any HTTPHandler
    /// Pinpoint's API, with the control routes below `/_sandbox/`.
    package let pinpoint: any HTTPHandler
    /// The control routes alone; they are the same ones on both systems.
    package let control: SandboxControl

    /// Generates the data set; the default clock stands still at ``SandboxWorld/defaultNow``.
    package init(
        seed: UInt64 = 1,
        clock: any WallClock = ManualClock(SandboxWorld.defaultNow),
        candidates: Int = SandboxWorld.defaultCandidates,
        options: SandboxOptions = SandboxOptions()
    ) {
        self.init(world: SandboxWorld(seed: seed, clock: clock, candidates: candidates), options: options)
    }

    /// A sandbox that starts from another's generated data, whatever has been written there since.
    ///
    /// Much cheaper than generating them again, so that every test can have its own.
    package init(
        like other: Sandbox,
        clock: any WallClock = ManualClock(SandboxWorld.defaultNow),
        options: SandboxOptions = SandboxOptions()
    ) {
        self.init(world: SandboxWorld(like: other.world, clock: clock), options: options)
    }

    private init(world: SandboxWorld, options: SandboxOptions) {
        let control = SandboxControl(world: world)
        self.world = world
        self.control = control
        ashby = FaultyHandler(
            system: "ashby",
            simulator: AshbySandbox(world: world, options: options),
            control: control,
            sleep: options.sleep
        )
        pinpoint = FaultyHandler(
            system: "pinpoint",
            simulator: PinpointSandbox(world: world, options: options),
            control: control,
            sleep: options.sleep
        )
    }
}

extension Sandbox {
    /// How many records of a system fit; for tests that have to know what was written in the end.
    ///
    /// - Parameters:
    ///   - system: The toolkit that the system stands in for.
    ///   - resource: What the simulator calls the records, such as `comments`.
    ///   - isCounted: Is given the value of one field.
    package func count(
        _ resource: String,
        of system: String,
        field: String,
        where isCounted: @Sendable (JSONValue) -> Bool
    ) -> Int {
        world.with { state in
            let store = system == "ashby" ? state.ashby : state.pinpoint
            return store[resource].listed(now: Int64.max).count { isCounted($0[field]) }
        }
    }
}
