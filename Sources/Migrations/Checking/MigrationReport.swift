/// What was found in a folder of migrations.
package struct MigrationReport: Sendable, Equatable, Codable {
    /// One migration, as it was read.
    package struct Entry: Sendable, Equatable, Codable {
        package let name: String
        package let layout: MigrationLayout
        /// The phases that it has.
        package let phases: [MigrationPhase]
    }

    /// What the findings come to.
    package enum Outcome: String, Sendable, Codable {
        case clean, dangerous, unusable
    }

    /// As the caller named it.
    package let folder: String
    package let outcome: Outcome
    package let migrations: [Entry]
    /// By file and line.
    package let findings: [Finding]

    package init(folder: String, migrations: [Migration], findings: [Finding]) {
        self.folder = folder
        self.migrations = migrations.map { migration in
            Entry(name: migration.name.rawValue, layout: migration.layout, phases: migration.steps.map(\.phase))
        }
        self.findings = findings.sorted { left, right in
            (left.file, left.line ?? 0, left.column ?? 0) < (right.file, right.line ?? 0, right.column ?? 0)
        }
        outcome =
            switch findings.map(\.severity).max() {
            case nil, .note: .clean
            case .dangerous: .dangerous
            case .unusable: .unusable
            }
    }

    /// How many findings have this severity.
    package func count(_ severity: Finding.Severity) -> Int {
        findings.count { $0.severity == severity }
    }
}
