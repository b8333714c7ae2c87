import Foundation
import Postgres
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `switchyard migration capture`, as the program that ships, with the real migrators of frameworks.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CaptureCommandTests {
    @Test(arguments: [MigratorProject.django, .alembic])
    func `what a framework did on a clone, applied as SQL, is what the framework knows as applied`(
        project: MigratorProject
    ) async throws {
        try await CapturePlace.use { place in
            try place.write(project.first)
            let first = try await place.capture("first", project.command)
            #expect(first.status == .exited(0) && first.output.contains("_first/expand.sql"), "\(first)")
            #expect(try await place.tables().isEmpty)
            try await place.apply()
            #expect(try await place.framework(project.check).contains(project.allApplied))

            try await place.execute(project.rows)
            try place.write(project.second)
            let second = try await place.capture("second", project.command)
            #expect(second.status == .exited(0), "\(second)")
            #expect(try place.files("second") == ["contract.sql", "expand.sql"])
            let expand = try place.text("second", "expand.sql")
            #expect(expand.contains("-- captured from: \(project.command.joined(separator: " "))"))
            #expect(expand.contains("Ada Lovelace") && !expand.contains("DROP COLUMN"), "\(expand)")
            #expect(try place.text("second", "contract.sql").contains("DROP COLUMN"))
            try await place.apply()
            #expect(try await place.framework(project.check).contains(project.allApplied))

            let third = try await place.capture("third", project.command)
            #expect(third.status == .exited(0) && third.output.contains("changed nothing"), "\(third)")
            #expect(try place.folders() == ["first", "second"])
        }
    }

    @Test(arguments: [
        (["sh", "-c", "exit 3"], Int32(1), "ended with 3"), (["true"], 2, "read DATABASE_URL"),
        (["no-such-program"], 2, "could not be started"),
        (["sh", "-c", "kill -INT $PPID; sleep 60"], 1, "Interrupted"),
        (["--time-limit", "1s", "--", "sh", "-c", "sleep 60"], 1, "--time-limit"), ([], 64, "after '--'"),
        (["psql", "-v", "ON_ERROR_STOP=1", "-c", "CREATE TABLE a ()", "-c", "CREATE TABLE a ()"], 1, "ended with"),
        (["psql", "-c", "CREATE ROLE a_role_of_a_capture"], 2, "the whole server"),
        (["psql", "-c", .maker, "-c", "SELECT f()"], 2, "table public.hidden is missing"),
        (["psql", "-c", "COPY pg_temp.a FROM STDIN"], 1, "ended with"),
        (
            ["sh", "-c", .restless], 1,
            "left behind what is still connected to the clone (restless: 'SELECT pg_sleep(60)')"
        ),
    ])
    func `a migrator that fails, hangs or cannot be written down leaves nothing`(
        command: [String], status: Int32, words: String
    ) async throws {
        try await CapturePlace.use { place in
            let outcome = try await place.capture("change", command)
            #expect(outcome.status == .exited(status) && outcome.error.contains(words), "\(outcome)")
            #expect(try place.folders() == [])
            #expect(try place.scratch().isEmpty)
        }
    }

    @Test func `a column that is dropped and made again keeps its place, in one contract step`() async throws {
        try await CapturePlace.use { place in
            try await place.execute("CREATE TABLE a (b int); INSERT INTO a VALUES (1)")
            let again = "ALTER TABLE a DROP b; ALTER TABLE a ADD b text DEFAULT 'x'"
            let outcome = try await place.capture("change", ["psql", "-c", again])
            #expect(outcome.status == .exited(0) && outcome.error.contains("All of it is in contract.sql"))
            #expect(try place.files("change") == ["contract.sql"])
        }
    }

    @Test func `values sent beside statements, savepoints and concurrent builds come out the same`() async throws {
        try await CapturePlace.use { place in
            try place.write(["migrate.py": MigratorProject.driver])
            let outcome = try await place.capture("change", ["/usr/bin/python3", "migrate.py"])
            #expect(outcome.status == .exited(0), "\(outcome)")
            try await place.apply()
            #expect(try await place.tables() == ["a"])
            try await place.connected { connection in
                let text: String = try await connection.value("SELECT b AS value FROM a")
                let isNull: Bool = try await connection.value("SELECT c IS NULL AS value FROM a")
                let hasIndex: Bool = try await connection.value("SELECT to_regclass('a_b') IS NOT NULL AS value")
                #expect(text == "it's \\ \"x\",\n" && isNull && hasIndex)
            }
        }
    }
}

extension String {
    /// A function that makes a table, so that a SELECT changes the schema.
    fileprivate static let maker = "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'CREATE TABLE hidden ()'"

    /// A migrator that ends and leaves in a session of its own what connects again for as long as there is a server.
    fileprivate static let restless = """
        export PGAPPNAME=restless
        setsid sh -c 'while pg_isready -q; do psql -c "SELECT pg_sleep(60)"; done' >/dev/null 2>&1 &
        until psql -Atc 'SELECT query FROM pg_stat_activity' | grep -q 'pg_sleep(60)$'; do :; done
        """
}
