import Testing

@testable import Migrations

/// Statements without the values in them.
struct StatementTextTests {
    static let statements: [(sql: String, shown: String?)] = [
        ("SELECT id FROM loads WHERE email = 'a@b.c'", "SELECT id FROM loads WHERE email = ?"),
        ("UPDATE t SET a = 1.5, b = -2 -- for Dana\nWHERE c = $1", "UPDATE t SET a = ? , b = - ? WHERE c = $1"),
        (
            "SELECT E'x\\'y', $$Dana$$, $d$Dana$d$, B'01', X'1F', /* Dana */ \"Dana's column\"",
            "SELECT ? , ? , ? , ? , ? , \"Dana's column\""
        ),
        // Statements that take no parameters have values as well.
        ("ALTER ROLE a PASSWORD 'secret'", "ALTER ROLE a PASSWORD ?"),
        ("COMMENT ON TABLE t IS 'Dana'", "COMMENT ON TABLE t IS ?"),
        ("SELECT 'not closed", nil), ("", nil),
    ]

    @Test(arguments: statements)
    func `values and comments are left out, names stay`(sql: String, shown: String?) {
        #expect(StatementText.withoutValues(sql) == shown)
    }

    @Test(arguments: ["U&'Dana'", "N'Dana'", "'Da' \n 'na'", "E'D\\u0061na'", "$x$ 'Dana' $x$"])
    func `no way to write a text lets it through`(text: String) throws {
        let shown = try #require(StatementText.withoutValues("SELECT \(text), 4711 FROM t"))
        #expect(!shown.contains("Da") && !shown.contains("na") && !shown.contains("4711"), "\(shown)")
    }
}
