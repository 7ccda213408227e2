// swift-tools-version: 6.3

import PackageDescription

// A package of its own, so that building the product never builds the benchmark; the sources are links to the product's.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "search-benchmark",
    targets: [
        .target(name: "CLinux"),
        .target(name: "Basics", dependencies: ["CLinux"], swiftSettings: settings),
        .target(name: "JSON", dependencies: ["Basics"], swiftSettings: settings),
        .target(name: "Tools", dependencies: ["Basics", "JSON"], swiftSettings: settings),
        .executableTarget(
            name: "SearchBenchmark",
            dependencies: ["Basics", "JSON", "Tools"],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c2x
)
