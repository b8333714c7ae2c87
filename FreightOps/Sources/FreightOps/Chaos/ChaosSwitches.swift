import Glibc

/// Faults that a release commits on request, so that detecting them and going back can be shown and tested.
package struct ChaosSwitches: Equatable, Sendable {
    /// A feature that can be broken as a whole.
    package enum Feature: String, Sendable, CaseIterable {
        case dispatch
        case loads

        /// Whether a request for `path` needs this feature.
        func covers(_ path: String) -> Bool {
            switch self {
            case .dispatch: path == "/dispatch" || (path.hasPrefix("/api/loads/") && path.hasSuffix("/dispatch"))
            case .loads: path == "/loads" || path == "/api/loads" || path.hasPrefix("/api/loads/")
            }
        }
    }

    /// Share of the requests that are answered 500; from 0 to 1.
    package var errorShare = 0.0
    /// Share of the requests that are held back by `slowness`; from 0 to 1.
    package var slowShare = 0.0
    package var slowness = Duration.milliseconds(500)
    package var databaseRefused = false
    package var deadFeature: Feature?
    package var neverHealthy = false
    /// The status that the process ends with as soon as it starts.
    package var exitAtStart: Int?
    package var exitAfterRequests: Int?
    package var crashAfter: Duration?
    /// The file that errors, slow answers, the dead feature and the refused database wait for: they are there while it is.
    package var onlyIfFile: String?

    /// Whether the faults that wait for a file are on now.
    var isArmed: Bool { onlyIfFile.map { access($0, F_OK) == 0 } ?? true }

    package init() {}

    /// Reads the variables that begin with `CHAOS_`; an unknown one is refused, so that a misspelt fault is noticed.
    init(_ environment: EnvironmentReader) throws(SettingsError) {
        if let unknown = environment.variables.keys.sorted().first(where: Self.isUnknown) {
            throw .invalid(
                variable: unknown, value: environment.variables[unknown] ?? "",
                expected: "left out, because there is no such switch"
            )
        }
        errorShare = try environment.share("CHAOS_ERROR_SHARE")
        slowShare = try environment.share("CHAOS_SLOW_SHARE")
        let milliseconds = try environment.number("CHAOS_SLOW_MILLISECONDS", in: 0...Limits.slowestAnswerMilliseconds)
        slowness = .milliseconds(milliseconds ?? 500)
        databaseRefused = try environment.flag("CHAOS_DATABASE_REFUSED")
        neverHealthy = try environment.flag("CHAOS_NEVER_HEALTHY")
        exitAtStart = try environment.number("CHAOS_EXIT_AT_START", in: 0...255)
        exitAfterRequests = try environment.number("CHAOS_EXIT_AFTER_REQUESTS", in: 0...1_000_000_000)
        crashAfter = try environment.number("CHAOS_CRASH_AFTER_SECONDS", in: 0...86_400).map { .seconds($0) }
        onlyIfFile = environment.text("CHAOS_ONLY_IF_FILE")
        if let name = environment.text("CHAOS_DEAD_FEATURE") {
            guard let feature = Feature(rawValue: name) else {
                let known = Feature.allCases.map(\.rawValue).joined(separator: " or ")
                throw .invalid(variable: "CHAOS_DEAD_FEATURE", value: name, expected: known)
            }
            deadFeature = feature
        }
    }

    private static let names: Set = [
        "CHAOS_ERROR_SHARE", "CHAOS_SLOW_SHARE", "CHAOS_SLOW_MILLISECONDS", "CHAOS_DATABASE_REFUSED",
        "CHAOS_DEAD_FEATURE", "CHAOS_NEVER_HEALTHY", "CHAOS_EXIT_AT_START", "CHAOS_EXIT_AFTER_REQUESTS",
        "CHAOS_CRASH_AFTER_SECONDS", "CHAOS_ONLY_IF_FILE",
    ]

    private static func isUnknown(_ name: String) -> Bool {
        name.hasPrefix("CHAOS_") && !names.contains(name)
    }
}
