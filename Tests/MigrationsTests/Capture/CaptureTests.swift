import Foundation
import Migrations
import TestSupport
import Testing

/// What becomes of a server's log: which statements count, with which values, in which file.
struct CaptureTests {
    @Test func `a value in quotes holds commas, line ends and doubled quotes`() throws {
        let text = "CREATE TABLE a (\n  b text DEFAULT 'x,\"y\"'\n)"
        #expect(try statements([Line("statement: \(text);")]) == [text])
    }

    @Test func `others' sessions, other databases and broken lines are passed over`() throws {
        let csv =
            Line("statement: CREATE TABLE a ()").text + Line("statement: CREATE TABLE b ()", user: "other").text
            + Line("statement: CREATE TABLE c ()", database: "other").text + "torn,\"line\n"
        #expect(try captured(csv).statements.map(\.text) == ["CREATE TABLE a ()"])
        #expect(ServerLog(csv: Array(csv.utf8)).sent(by: "nobody", to: "clone").isEmpty)
    }

    @Test func `of a log that grows only what is new is read, and a mark may come in pieces`() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/\(ServerLog.file)"
            var log = GrowingLog(path: path)
            // There is no file yet.
            var answers = [log.reads("mark")]
            try Data("first ma".utf8).write(to: URL(filePath: path))
            answers.append(log.reads("mark"))
            let writer = try #require(FileHandle(forWritingAtPath: path))
            try writer.write(contentsOf: Data("FIRST ma".utf8))
            try writer.write(contentsOf: Data("rk last".utf8))
            answers += [log.reads("mark"), log.reads("first")]
            #expect(answers == [false, false, true, false])
            #expect(log.text == Data("first mark last".utf8))
        }
    }

    @Test func `only what was committed counts`() throws {
        let sent = [
            "BEGIN", "CREATE TABLE kept ()", "COMMIT", "BEGIN", "CREATE TABLE dropped ()", "ROLLBACK",
            "CREATE TABLE alone ()", "BEGIN", "CREATE TABLE unfinished ()",
        ]
        #expect(try statements(sent.transactions) == ["CREATE TABLE kept ()", "CREATE TABLE alone ()"])
    }

    @Test func `a savepoint takes back what follows it, in whatever form it is written`() throws {
        let sent = [
            "BEGIN", "CREATE TABLE a ()", "SAVEPOINT S1", "CREATE TABLE b ()", "SAVEPOINT \"s2 x\"",
            "CREATE TABLE c ()", "ROLLBACK TO \"s2 x\"", "RELEASE \"s2 x\"", "CREATE TABLE d ()",
            "ROLLBACK WORK TO SAVEPOINT s1", "CREATE TABLE e ()", "RELEASE SAVEPOINT s1", "END",
        ]
        #expect(try statements(sent.transactions) == ["CREATE TABLE a ()", "CREATE TABLE e ()"])
    }

    @Test func `a refused statement takes its transaction with it, unless a savepoint stood before it`() throws {
        let refused = Line("no such table", severity: "ERROR", transaction: "1/1", query: "DROP TABLE x")
        let lost = [
            Line("statement: BEGIN", transaction: "1/1"), Line("statement: CREATE TABLE a ()", transaction: "1/1"),
            Line("statement: DROP TABLE x", transaction: "1/1"), refused, Line("statement: COMMIT", transaction: "1/0"),
        ]
        #expect(try statements(lost) == [])
        let mended =
            lost[..<2] + [Line("statement: SAVEPOINT s", transaction: "1/1")] + lost[2...3]
            + [
                Line("statement: ROLLBACK TO s", transaction: "1/1"),
                Line("statement: COMMIT", transaction: "1/1"),
            ]
        #expect(try statements(Array(mended)) == ["CREATE TABLE a ()"])
    }

    @Test func `a deferred constraint that refuses COMMIT takes everything back`() throws {
        let lines = ["BEGIN", "INSERT INTO a VALUES (1)", "COMMIT"].transactions
        let refused = Line("violates", severity: "ERROR", transaction: lines[2].transaction, query: "COMMIT")
        #expect(try statements(lines + [refused]) == [])
    }

    @Test func `a refused statement outside a transaction leaves the one before it`() throws {
        let lines = [
            Line("statement: CREATE TABLE a ()", transaction: "1/1"),
            Line("syntax error", severity: "ERROR", transaction: "1/2", query: "selekt"),
            Line("statement: CREATE INDEX CONCURRENTLY i ON a (b)", transaction: "1/3"),
            Line("duplicate", severity: "ERROR", transaction: "1/5", query: "CREATE INDEX CONCURRENTLY i ON a (b)"),
        ]
        #expect(try statements(lines) == ["CREATE TABLE a ()"])
    }

    @Test func `sessions are put in the order of their commits`() throws {
        let lines = [
            Line("statement: BEGIN", session: "s1", transaction: "1/1"),
            Line("statement: INSERT INTO a VALUES (1)", session: "s1", transaction: "1/1"),
            Line("statement: INSERT INTO a VALUES (2)", session: "s2", transaction: "2/1"),
            Line("statement: COMMIT", session: "s1", transaction: "1/1"),
        ]
        #expect(try statements(lines) == ["INSERT INTO a VALUES (2)", "INSERT INTO a VALUES (1)"])
    }

    @Test(arguments: [
        (
            "parameters: $1 = 'it''s, $2 = x', $2 = NULL",
            "INSERT INTO a VALUES ('it''s, $2 = x', NULL, 'it''s, $2 = x')"
        ),
        ("Parameters: $1 = 'a\\b', $2 = ''", "INSERT INTO a VALUES ( E'a\\\\b', '',  E'a\\\\b')"),
        ("parameters: $1 = 'ä\n''', $2 = '7'", "INSERT INTO a VALUES ('ä\n''', '7', 'ä\n''')"),
    ])
    func `parameters become literals, and NULL stays NULL`(detail: String, expected: String) throws {
        let line = Line("execute <unnamed>: INSERT INTO a VALUES ($1, $2, $1)", detail: detail)
        #expect(try statements([line]) == [expected])
    }

    @Test(arguments: [
        "SELECT pg_advisory_lock(1)", "SET client_min_messages = 'warning'", "SHOW server_version", "ANALYZE a",
        "EXPLAIN DELETE FROM a", "COPY a TO STDOUT", "DISCARD ALL", "SET search_path = x", "PREPARE p AS SELECT 1",
    ])
    func `what only reads, looks or asks for locks is left out`(text: String) throws {
        #expect(try statements([Line("statement: \(text)")]) == [])
    }

    @Test(arguments: [
        "WITH x AS (DELETE FROM a RETURNING *) SELECT * FROM x", "SELECT setval('a_id_seq', 7)",
        "INSERT INTO django_migrations (app) VALUES ('notes')", "DO $$ BEGIN END $$", "LOCK TABLE a",
        "SET CONSTRAINTS ALL IMMEDIATE",
    ])
    func `what writes, or what a write needs, is kept`(text: String) throws {
        #expect(try statements([Line("statement: \(text)")]) == [text])
    }

    @Test func `a setting that says what later statements mean stands before them, once`() throws {
        let sent = [
            "SET search_path = x", "SELECT 1", "CREATE TABLE a ()", "SET search_path = x", "CREATE TABLE b ()",
        ]
        #expect(
            try statements(sent.transactions) == ["SET search_path = x", "CREATE TABLE a ()", "CREATE TABLE b ()"])
    }

    @Test(arguments: [
        ("COPY a FROM STDIN", "use INSERT"), ("CREATE DATABASE x", "the whole server"),
        ("EXECUTE p", "send the statement"),
        ("COMMENT ON DATABASE clone IS 'x'", "names the clone"), ("COMMIT PREPARED 'x'", "send the statement"),
    ])
    func `what cannot be written down is refused in one sentence`(text: String, words: String) throws {
        let error = try #require(
            throws: CaptureError.self, performing: { try statements([Line("statement: \(text)")]) })
        #expect("\(error)".contains(words) && "\(error)".contains(text), "\(error)")
    }

    @Test func `a script with transactions of its own counts as far as it came, and is refused when it failed`() throws
    {
        let script = Line("statement: BEGIN; CREATE TABLE a (); COMMIT; CREATE TABLE b ()", transaction: "1/1")
        #expect(try statements([script]) == ["CREATE TABLE a ()", "CREATE TABLE b ()"])
        let failed = Line(
            "no", severity: "ERROR", transaction: "1/2", query: String(script.message.dropFirst("statement: ".count)))
        #expect(throws: CaptureError.self) { try statements([script, failed]) }
    }

    // MARK: The split

    @Test(arguments: [
        (["ALTER TABLE a ADD b int", "ALTER TABLE a DROP c", .notes], ["ADD b", "django"], ["DROP c"]),
        (
            ["ALTER TABLE a DROP c", "CREATE TABLE IF NOT EXISTS django_migrations ()", .notes], [],
            ["DROP c", "django"]
        ),
        (["CREATE TABLE b ()", .notes], ["CREATE TABLE b", "django"], []),
        (
            ["SET timezone = 'UTC'", "DROP TABLE a", "CREATE TABLE b ()"], ["timezone", "CREATE"], ["timezone", "DROP"]
        ),
    ])
    func `what takes something away is a contract step, everything else an expand step`(
        sent: [String], expand: [String], contract: [String]
    ) throws {
        let captured = try captured(sent.transactions.map(\.text).joined())
        let arrangement = try #require(captured.arrangements.first)
        let steps = try captured.steps(arrangement, from: .test)
        for (phase, words) in [(MigrationPhase.expand, expand), (.contract, contract)] {
            #expect((steps[phase] != nil) == !words.isEmpty, "\(steps)")
            for word in words { #expect(steps[phase]?.contains(word) == true, "\(steps)") }
        }
    }

    @Test(arguments: [
        ["TRUNCATE a", "INSERT INTO a VALUES (1)"], ["DROP TRIGGER t ON a", "UPDATE a SET b = 1"],
        ["DROP TABLE a", "DO $$ BEGIN END $$"], ["ALTER TABLE a ALTER b DROP DEFAULT", "INSERT INTO a VALUES (1)"],
    ])
    func `rows that were written after something was taken away keep their place`(sent: [String]) throws {
        #expect(try captured(sent.transactions.map(\.text).joined()).arrangements == [.contractOnly])
    }

    @Test func `a file says where it is from, and that its rows have the values of that time`() throws {
        let captured = try captured(["INSERT INTO a VALUES (1)", .notes].transactions.map(\.text).joined())
        let text = try #require(try captured.steps(.byPhase, from: .test)[.expand])
        #expect(
            text == """
                -- captured from: python manage.py migrate --database x
                -- at 2026-11-22T12:00:00Z, from what it sent to PostgreSQL; what only reads is left out.
                -- Statements that write rows, with the values of that time: 1.

                INSERT INTO a VALUES (1);

                INSERT INTO django_migrations (app) VALUES ('notes');

                """)
    }

    @Test func `a step that no folder of migrations may hold is refused`() throws {
        let row = "INSERT INTO a VALUES ('\(String(repeating: "x", count: 1_100_000))')"
        let captured = try captured(Line("statement: \(row)").text)
        #expect(throws: CaptureError.tooLarge(phase: .expand, limit: 1_048_576)) {
            try captured.steps(.byPhase, from: .test)
        }
    }

    private func statements(_ lines: [Line]) throws -> [String] {
        try captured(lines.map(\.text).joined()).statements.map(\.text)
    }

    private func captured(_ csv: String) throws -> CapturedMigration {
        try CapturedMigration(ServerLog(csv: Array(csv.utf8)).sent(by: "migrator", to: "clone"), clone: "clone")
    }
}

/// A line of a server's log.
struct Line {
    let message: String
    let severity: String
    let detail: String
    let user: String
    let database: String
    let session: String
    let transaction: String
    let query: String

    init(
        _ message: String, severity: String = "LOG", detail: String = "", user: String = "migrator",
        database: String = "clone", session: String = "s1", transaction: String = "1/1", query: String = ""
    ) {
        self.message = message
        self.severity = severity
        self.detail = detail
        self.user = user
        self.database = database
        self.session = session
        self.transaction = transaction
        self.query = query
    }

    /// As the server writes it.
    var text: String {
        var fields = [String](repeating: "", count: 26)
        (fields[1], fields[2], fields[5], fields[9]) = (user, database, session, transaction)
        (fields[11], fields[13], fields[14], fields[19]) = (severity, message, detail, query)
        return fields.map { $0.isEmpty ? "" : "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",") + "\n"
    }
}

extension [String] {
    /// One session that sends these, each transaction with its number.
    fileprivate var transactions: [Line] {
        var (number, isOpen) = (0, false)
        return map { text in
            if !isOpen { number += 1 }
            if text == "BEGIN" { isOpen = true }
            if ["COMMIT", "END", "ROLLBACK"].contains(text) { isOpen = false }
            return Line("statement: \(text)", transaction: "1/\(number)")
        }
    }
}

extension String {
    fileprivate static let notes = "INSERT INTO django_migrations (app) VALUES ('notes')"
}

extension CapturedMigration.Origin {
    fileprivate static let test = CapturedMigration.Origin(
        command: ["python", "manage.py", "migrate", "--database\nx"], time: Date(timeIntervalSince1970: 1_795_348_800))
}
