// swift-tools-version: 6.2
import PackageDescription

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioFoundation = Target.Dependency.product(name: "NIOFoundationCompat", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "switchyard",
    products: [
        .executable(name: "switchyard", targets: ["switchyard"]),
        .executable(name: "freightops", targets: ["FreightOpsCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.30.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // MARK: Words
        .target(name: "Domain"),
        .target(name: "DurableFiles", dependencies: ["CLinux"]),
        .target(name: "Judging"),
        .target(name: "Ports"),
        .target(name: "Turns"),
        .target(name: "Settings", dependencies: ["Domain", yams]),

        // MARK: Engines
        .target(
            name: "Releases", dependencies: ["CArchive", "Domain", "DurableFiles", "Settings", crypto, subprocess]),
        .target(name: "Deployments", dependencies: ["Domain", "DurableFiles", "Judging", crypto, logging]),
        .target(name: "Migrations", dependencies: ["CPGQuery", "Domain", "Postgres", crypto, subprocess]),
        .target(name: "Backups", dependencies: ["Domain", "DurableFiles", "Postgres"]),
        .target(
            name: "Telemetry",
            dependencies: [
                "CLinux", "Domain", "DurableFiles", "Judging", asyncHTTPClient, logging, nioCore, nioFoundation,
                nioHTTP1,
            ]
        ),
        .target(name: "LoadTesting", dependencies: [nioCore, nioHTTP1, nioPosix]),
        .target(name: "Audit", dependencies: ["Domain", "DurableFiles", crypto]),
        .target(
            name: "Access",
            dependencies: [
                "Domain", "DurableFiles", asyncHTTPClient, crypto, cryptoExtras, nioCore, nioFoundation, nioHTTP1,
            ]),
        .target(name: "Approvals", dependencies: ["Access", "Domain"]),
        .target(name: "Secrets", dependencies: ["Domain", "DurableFiles", crypto, subprocess]),
        .target(name: "Onboarding", dependencies: ["CLinux", "Domain", "DurableFiles", "Settings"]),

        // MARK: Adapters, one outside thing each
        .target(name: "Postgres", dependencies: ["CPostgres", "DurableFiles", "Ports", logging, subprocess]),
        .target(name: "Traffic", dependencies: ["Domain", "DurableFiles", "Ports", "Turns", logging, subprocess]),
        .target(name: "Runtimes", dependencies: ["CLinux", "Domain", "DurableFiles", logging, subprocess]),
        .target(name: "Store", dependencies: ["Access", "Approvals", "Domain", grdb]),
        .target(name: "Installation", dependencies: ["DurableFiles", subprocess]),

        // MARK: The wire
        .target(name: "API", dependencies: ["Domain", asyncHTTPClient, nioCore, nioFoundation, nioHTTP1, nioSSL]),

        // MARK: Processes
        .target(
            name: "ControlPlane",
            dependencies: [
                "API", "Access", "Approvals", "Audit", "Backups", "Deployments", "Domain", "DurableFiles", "Migrations",
                "Ports",
                "Postgres",
                "Judging", "Releases", "Runtimes", "Secrets",
                "Settings", "Store", "Telemetry", "Traffic", "Turns", asyncHTTPClient, crypto, hummingbird,
                hummingbirdTLS, httpTypes,
                logging,
                nioCore,
                nioFoundation,
                nioHTTP1, nioSSL, serviceLifecycle, subprocess, unixSignals,
            ]
        ),
        .executableTarget(
            name: "switchyard",
            dependencies: [
                "API", "Access", "Audit", "Backups", "ControlPlane", "Domain", "DurableFiles", "Installation",
                "Judging",
                "LoadTesting",
                "Migrations",
                "Onboarding", "Postgres",
                "Releases", "Runtimes", "Secrets", "Settings", "Telemetry", "Traffic", argumentParser, asyncHTTPClient,
                logging,
                nioCore, nioHTTP1,
                subprocess, unixSignals,
            ]
        ),

        // MARK: The reference application
        .target(
            name: "FreightOps",
            dependencies: [
                "Postgres", httpTypes, hummingbird, logging, metrics, mustache, serviceLifecycle, unixSignals,
            ],
            path: "FreightOps/Sources/FreightOps",
            resources: [.embedInCode("Templates")]
        ),
        .executableTarget(
            name: "FreightOpsCommand",
            dependencies: ["FreightOps", argumentParser],
            path: "FreightOps/Sources/FreightOpsCommand"
        ),

        // MARK: Measuring
        .executableTarget(
            name: "BenchmarkDriver",
            dependencies: [
                "Access", "Audit", "Deployments", "Domain", "Judging", "LoadTesting", "Secrets", "Telemetry", "Traffic",
                argumentParser, subprocess, unixSignals,
            ],
            path: "Benchmarks/Sources/BenchmarkDriver"
        ),

        // MARK: System libraries
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CPGQuery", providers: [.apt(["libpg-query-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),

        // MARK: Tests
        .target(
            name: "TestSupport",
            dependencies: [
                "API", "Domain", "LoadTesting", "Ports", "Postgres", asyncHTTPClient, nioCore, nioHTTP1, subprocess,
            ],
            exclude: ["OpenID/provider.py"]
        ),
        .testTarget(name: "ArchitectureTests"),
        .testTarget(name: "DomainTests", dependencies: ["Domain", "LoadTesting"], exclude: ["Golden"]),
        .testTarget(name: "JudgingTests", dependencies: ["Judging", "LoadTesting"]),
        .testTarget(name: "PortsTests", dependencies: ["Ports"]),
        .testTarget(name: "TurnsTests", dependencies: ["Turns"]),
        .testTarget(
            name: "DeploymentsTests",
            dependencies: [
                "Deployments", "Domain", "DurableFiles", "Judging", "Store", "TestSupport", logging, subprocess,
            ]
        ),
        .testTarget(
            name: "PostgresTests",
            dependencies: ["Backups", "Domain", "Postgres", "TestSupport", subprocess]
        ),
        .testTarget(
            name: "MigrationsTests",
            dependencies: ["Domain", "DurableFiles", "Migrations", "Postgres", "TestSupport", subprocess]),
        .testTarget(
            name: "OnboardingTests",
            dependencies: ["Domain", "DurableFiles", "Onboarding", "Postgres", "Settings", "TestSupport", subprocess]
        ),
        .testTarget(
            name: "ReleasesTests",
            dependencies: [
                "Domain", "DurableFiles", "LoadTesting", "Releases", "Settings", "TestSupport", subprocess,
            ]
        ),
        .testTarget(
            name: "TrafficTests",
            dependencies: [
                "Domain", "TestSupport", "Traffic", logging, subprocess,
                .product(name: "InMemoryLogging", package: "swift-log"),
            ],
            exclude: ["Golden"]
        ),
        .testTarget(
            name: "TelemetryTests",
            dependencies: [
                "Domain", "DurableFiles", "Judging", "LoadTesting", "Ports", "Telemetry", "TestSupport", "Traffic",
                logging,
            ]
        ),
        .testTarget(
            name: "AuditTests",
            dependencies: ["Audit", "BenchmarkDriver", "Domain", "DurableFiles", "TestSupport", subprocess],
            exclude: ["Foreign"]
        ),
        .testTarget(
            name: "AccessTests",
            dependencies: [
                "Access", "Domain", "Store", "TestSupport", asyncHTTPClient, nioCore, nioHTTP1, subprocess,
            ],
            exclude: ["Oracle"]
        ),
        .testTarget(name: "ApprovalsTests", dependencies: ["Access", "Approvals", "Domain"]),
        .testTarget(
            name: "SecretsTests",
            dependencies: ["Domain", "LoadTesting", "Secrets", "Store", "TestSupport", crypto, subprocess],
            exclude: ["Exchange/Foreign"]
        ),
        .testTarget(
            name: "InstallationTests", dependencies: ["DurableFiles", "Installation", "TestSupport", subprocess]),
        .testTarget(
            name: "RuntimesTests", dependencies: ["Domain", "DurableFiles", "Runtimes", "TestSupport", subprocess]),
        .testTarget(
            name: "LoadTestingTests",
            dependencies: ["LoadTesting", hummingbird, logging, nioCore, nioPosix, subprocess]
        ),
        .testTarget(
            name: "FreightOpsTests",
            dependencies: [
                "FreightOps", "FreightOpsCommand", "Migrations", "Postgres", "TestSupport", httpTypes, hummingbird,
                logging, metrics,
                nioCore, subprocess,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]
        ),
        .testTarget(
            name: "ControlPlaneTests",
            dependencies: [
                "API", "Access", "Approvals", "Audit", "Backups", "ControlPlane", "Deployments", "Domain",
                "DurableFiles",
                "Migrations", "Ports",
                "Postgres",
                "Releases", "Runtimes", "Secrets", "Store", "Telemetry", "TestSupport", "Traffic", grdb, hummingbird,
                logging,
                nioCore,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ],
            exclude: ["Formats"]
        ),
        .testTarget(name: "BenchmarkDriverTests", dependencies: ["BenchmarkDriver", "Judging", "LoadTesting"]),
        .testTarget(name: "CommandTests", dependencies: ["API", "Domain", "switchyard"]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "API", "Domain", "LoadTesting", "Ports", "Postgres", "Runtimes", "TestSupport", grdb, subprocess,
            ]
        ),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .treatAllWarnings(as: .error),
    ]
}
