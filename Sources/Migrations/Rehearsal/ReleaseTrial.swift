package import Postgres

/// A release that runs, as a rehearsal tries it: its web process is started on a copy of the database and probed.
package protocol ReleaseTrial: Sendable {
    /// As people call it: `freightops 1.0.0`.
    var name: String { get }
    /// What is wrong with it on that database, each in a sentence; nothing where it works.
    ///
    /// Throws `TrialImpossible` where it cannot be started without harm.
    func faults(on clone: PostgresAddress) async throws -> [String]
}

/// Why a release was not started on a clone.
package struct TrialImpossible: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
