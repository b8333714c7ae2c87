import Crypto
import Foundation

/// One phase of a migration, as it was read from a file.
package struct MigrationStep: Sendable, Equatable {
    package let phase: MigrationPhase
    /// The file's path below the folder of migrations: `20261122120000_add_telematics/expand.sql`.
    package let file: String
    package let sql: String
    /// The line of the file where `sql` begins, from 1: some tools keep several steps in one file.
    package let firstLine: Int

    package init(phase: MigrationPhase, file: String, sql: String, firstLine: Int = 1) {
        self.phase = phase
        self.file = file
        self.sql = sql
        self.firstLine = firstLine
    }

    /// The SHA-256 of the text, as 64 lower-case hexadecimal digits.
    package var sha256: String {
        SHA256.hash(data: Data(sql.utf8)).map { String(format: "%02x", $0) }.joined()
    }

    /// What the step does, statement by statement; throws `SQLSyntaxError` with the place in the file.
    package func statements(by parser: any SQLParser) throws -> [SQLStatement] {
        do {
            return try parser.statements(in: sql, file: file).map { $0.moved(byLines: firstLine - 1) }
        } catch let error as SQLSyntaxError {
            throw error.moved(byLines: firstLine - 1)
        }
    }
}
