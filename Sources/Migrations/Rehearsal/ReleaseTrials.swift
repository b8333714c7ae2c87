import Postgres

/// The running releases themselves, tried on the clone before and after the migrations.
struct ReleaseTrials {
    private let releases: [any ReleaseTrial]
    private let address: PostgresAddress
    private let progress: @Sendable (String) -> Void
    /// Those that work on the unchanged clone, so that what they meet afterwards comes from the migrations.
    private var working: [any ReleaseTrial] = []

    init(
        of releases: [any ReleaseTrial], on address: PostgresAddress, progress: @escaping @Sendable (String) -> Void
    ) {
        self.releases = releases
        self.address = address
        self.progress = progress
    }

    /// The releases that are tried after the migrations.
    var names: [String] { working.map(\.name) }

    /// Tries them on the clone as it is; returns why some cannot be compared with.
    mutating func tryBefore() async throws -> [String] {
        var gaps: [String] = []
        for release in releases {
            progress("Starting \(release.name) on the clone as it is.")
            do {
                let faults = try await release.faults(on: address)
                if faults.isEmpty {
                    working.append(release)
                } else {
                    gaps.append(
                        "\(release.name) does not work on the clone before the migrations either: "
                            + faults.joined(separator: "; "))
                }
            } catch let reason as TrialImpossible {
                gaps.append("\(release.name) was not started on the clone: \(reason)")
            }
        }
        return gaps
    }

    /// Tries those on the migrated clone; returns what they meet there.
    func tryAfter() async throws -> [RehearsalFinding] {
        var findings: [RehearsalFinding] = []
        for release in working {
            progress("Starting \(release.name) on the migrated clone.")
            findings += try await release.faults(on: address).map { fault in
                RehearsalFinding(.incompatible, "breaks-release", "\(release.name) on the migrated clone: \(fault).")
            }
        }
        return findings
    }
}
