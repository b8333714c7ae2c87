import Foundation
import Migrations
import Postgres
import TestSupport
import Testing

/// What is known of the statements of a running release, and what is said to be unknown.
@Suite(.timeLimit(.minutes(2)))
struct ObservedStatementsTests {
    @Test func `a file's statements are taken once each, without those that are no queries`() async throws {
        try await withTemporaryFolder { folder in
            let file = "\(folder)/statements.sql"
            let sql = "SELECT 1; -- twice\nselect 2;\nSELECT 1; BEGIN; SET x.y = '1'; INSERT INTO t VALUES ($1);"
            try Data(sql.utf8).write(to: URL(filePath: file))
            var observed = ObservedStatements()
            try observed.add(file: file)
            #expect(observed.distinct == ["SELECT 1", "select 2", "INSERT INTO t VALUES ($1)"])
            try Data("SELECT 1;\nselekt 2".utf8).write(to: URL(filePath: file))
            let error = #expect(throws: SQLSyntaxError.self) { try observed.add(file: file) }
            #expect(error?.position.line == 2)
        }
    }

    @Test func `a database without pg_stat_statements is a gap, not a clean sheet`() async throws {
        try await PostgresFixture.withDatabase { address in
            var observed = ObservedStatements()
            try await observed.addStatistics(of: address)
            #expect(observed.texts == [])
            #expect(observed.gaps.count == 1 && observed.gaps[0].contains("pg_stat_statements"))
        }
    }
}
