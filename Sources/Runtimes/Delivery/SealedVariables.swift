package import Domain

/// Variables that lie nowhere in the clear: Switchyard's own program opens them at each start of the process.
package struct SealedVariables: Codable, Equatable, Sendable {
    /// Switchyard's own program, which starts the process (`deliver`) and reads what it prints (`redact`).
    package var program: String
    /// The file of the keys; a credential of systemd takes its place, see `KeyRingPlace`.
    package var keyRing: String
    /// Everything sealed that the redactor of the log has to know.
    package var known: String
    /// The values, each under its keys, in the order of their names.
    package var records: [SecretRecord]
    /// Which values of settings and secrets these are.
    package var versions: VariableVersions
    /// Secrets that the process finds in a file, whose path is in NAME_FILE.
    package var files: [VariableName]

    package init(
        program: String, keyRing: String, known: String, records: [SecretRecord], versions: VariableVersions,
        files: [VariableName] = []
    ) {
        self.program = program
        self.keyRing = keyRing
        self.known = known
        self.records = records
        self.versions = versions
        self.files = files
    }
}
