import Foundation
import Migrations
import Testing

/// What the parser tells of a file.
struct PgQueryParserTests {
    private let parser = PgQueryParser()

    @Test func `statements come without what is around them, and with their places`() throws {
        let sql = "-- first ;\n  /* a; b */ SELECT 'é;' -- why\n  ;\nSELECT /* in */ 2 ;;\n\tDROP TABLE t; -- end\n"
        let statements = try parser.statements(in: sql, file: "a.sql")
        #expect(statements.map(\.text) == ["SELECT 'é;'", "SELECT /* in */ 2", "DROP TABLE t"])
        let places = statements.map { [$0.position.line, $0.position.column] }
        #expect(places == [[2, 14], [4, 1], [5, 2]])
        #expect(statements.map(\.position.file) == ["a.sql", "a.sql", "a.sql"])
        #expect(try parser.statements(in: " -- nothing\n;", file: "a.sql") == [])
    }

    @Test(arguments: [
        ("SELECT 'é'; selekt 1", 1, 13, "syntax error at or near \"selekt\""),
        ("SELECT 1;\n\nCREATE TABLE\n  é (id int,);", 4, 13, "syntax error at or near \")\""),
        ("ALTER TABLE t", 1, 14, "syntax error at end of input"),
        ("SELECT 'open", 1, 8, "unterminated quoted string at or near \"'open\""),
    ])
    func `what is no SQL is named with its place and in the server's words`(
        sql: String, line: Int, column: Int, message: String
    ) {
        let position = SQLPosition(file: "a.sql", line: line, column: column)
        #expect(throws: SQLSyntaxError(position: position, message: message)) {
            try parser.statements(in: sql, file: "a.sql")
        }
    }

    @Test func `a fingerprint is the same for other values and another layout`() throws {
        let sql = "SELECT a FROM t WHERE b = 1; select  a from t where b = 'x'; SELECT a FROM u WHERE b = 1"
        let prints = try parser.statements(in: sql, file: "a.sql").map(\.fingerprint)
        #expect(prints[0] == prints[1])
        #expect(prints[0] != prints[2])
    }

    @Test func `a file of the largest size that nests as deep as it can is read or refused`() throws {
        let halves = MigrationLimits.fileSize / 2 - 4
        for sql in [
            "SELECT 1" + String(repeating: "-1", count: halves),
            "SELECT 1" + String(repeating: "+(", count: halves),
            "SELECT \(String(repeating: "(", count: halves))1\(String(repeating: ")", count: halves))",
        ] {
            #expect(throws: SQLSyntaxError.self) { try parser.statements(in: sql, file: "a.sql") }
        }
    }

    @Test func `a statement with thousands of rows or operators is read`() throws {
        let rows = (1...5_000).map { "(\($0), 'it''s \\ \"{[,:\($0)')" }.joined(separator: ", ")
        let sum = (1...5_000).map(String.init).joined(separator: " + ")
        let sql = "INSERT INTO s.t VALUES \(rows); SELECT \(sum); DROP TABLE a, b.\"c\\\"\"\""
        let statements = try parser.statements(in: sql, file: "a.sql")
        #expect(
            statements.map(\.kind) == [
                .insert(RelationName(schema: "s", "t")), .select,
                .drop(
                    .table, [RelationName("a"), RelationName(schema: "b", "c\\\"")], concurrently: false,
                    cascades: false),
            ])
    }

    @Test(arguments: [
        ("CREATE INDEX CONCURRENTLY i ON t (a)", true), ("CREATE INDEX i ON t (a)", false),
        ("DROP INDEX CONCURRENTLY i", true), ("DROP INDEX i", false), ("VACUUM t", true), ("ANALYZE t", false),
        ("REINDEX INDEX CONCURRENTLY i", true), ("REINDEX (CONCURRENTLY false) INDEX i", false),
        ("REINDEX SCHEMA s", true), ("ALTER TABLE t DETACH PARTITION p CONCURRENTLY", true),
        ("ALTER TABLE t DETACH PARTITION p", false), ("CREATE DATABASE d", true), ("ALTER SYSTEM SET a = 1", true),
        ("CLUSTER", true), ("CLUSTER t USING i", false), ("REFRESH MATERIALIZED VIEW CONCURRENTLY m", false),
    ])
    func `what the server refuses in a transaction is known`(sql: String, isOutside: Bool) throws {
        let statement = try #require(parser.statements(in: sql, file: "a.sql").first)
        #expect(statement.runsOutsideTransaction == isOutside)
    }
}
