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
            let sql = "SELECT 1; -- twice\nselect a;\nSELECT 1; BEGIN; SET x.y = '1'; INSERT INTO t VALUES ($1);"
            try Data(sql.utf8).write(to: URL(filePath: file))
            var observed = ObservedStatements()
            try observed.add(file: file)
            #expect(observed.distinct == ["SELECT 1", "select a", "INSERT INTO t VALUES ($1)"])
            try Data("SELECT 1;\nselekt 2".utf8).write(to: URL(filePath: file))
            let error = #expect(throws: SQLSyntaxError.self) { try observed.add(file: file) }
            #expect(error?.position.line == 2)
        }
    }

    @Test func `a statement of a contract suite that the server has counted is one, with its values and both senders`()
    {
        var observed = ObservedStatements()
        let written = "SELECT id FROM loads WHERE due < now() + interval '1 day' AND status = 'open' LIMIT $1"
        let counted = "SELECT id FROM loads WHERE due < now() + interval $2 AND status = $3 LIMIT $1"
        observed.add(written, sentBy: "shop 1.1, which serves,")
        observed.add(counted, sentBy: "shop 1.0, which is kept,")
        observed.add(counted, sentBy: "shop 1.1, which serves,")
        #expect(observed.distinct == [written])
        #expect(observed.sender(of: written) == "shop 1.1, which serves,; shop 1.0, which is kept,")
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
