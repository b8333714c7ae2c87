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
    /// Whether the text may begin and end a transaction around everything, as other tools' files do; it then means the
    /// same without.
    let mayHoldTransaction: Bool

    package init(
        phase: MigrationPhase, file: String, sql: String, firstLine: Int = 1, mayHoldTransaction: Bool = false
    ) {
        self.mayHoldTransaction = mayHoldTransaction
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
            let statements = try parser.statements(in: sql, file: file).map { $0.moved(byLines: firstLine - 1) }
            return mayHoldTransaction ? statements.withoutOuterTransaction : statements
        } catch let error as SQLSyntaxError {
            throw error.moved(byLines: firstLine - 1)
        }
    }
}

extension [SQLStatement] {
    /// Without a BEGIN at the beginning and the COMMIT for it at the end.
    fileprivate var withoutOuterTransaction: [SQLStatement] {
        guard count > 1, case .transactionControl(let first)? = first?.kind,
            case .transactionControl(let last)? = last?.kind, ["BEGIN", "START"].contains(first),
            last == "COMMIT"
        else { return self }
        return Array(dropFirst().dropLast())
    }
}
