import Postgres
import TestSupport
import Testing

@testable import Migrations

@Suite(.timeLimit(.minutes(2)))
struct DependencyProbesTests {
    private static let schema = """
        CREATE TABLE drivers (id int PRIMARY KEY, name text, licence text);
        CREATE TABLE loads (id int PRIMARY KEY, driver_id int, weight int);
        CREATE VIEW heavy AS SELECT id FROM loads WHERE weight > 10000;
        CREATE FUNCTION shout(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN upper($1); END $$
        """

    @Test(arguments: [
        ("SELECT name FROM drivers WHERE id = $1", ["drivers.id", "drivers.name"]),
        ("SELECT * FROM drivers", ["drivers.id", "drivers.licence", "drivers.name"]),
        ("INSERT INTO loads (id, weight) VALUES ($1, $2)", ["loads.id", "loads.weight"]),
        ("UPDATE loads SET weight = weight + 1 WHERE driver_id = $1", ["loads.driver_id", "loads.weight"]),
        (
            "WITH d AS (SELECT id FROM drivers) DELETE FROM loads USING d WHERE driver_id = d.id",
            [
                "drivers.id", "loads.driver_id",
            ]
        ),
        ("SELECT id FROM heavy", ["heavy.id"]),
    ])
    func `the server tells which columns a statement needs`(text: String, columns: [String]) async throws {
        let probes = try await Self.proof([text]).probes
        let needs = probes.needs[text, default: []].compactMap { need in
            need.column.map { "\(need.relation.trimmingPrefix("public.")).\($0)" }
        }
        #expect(needs.sorted() == columns)
    }

    @Test func `a function whose body nobody looks into is a gap`() async throws {
        let probes = try await Self.proof(["SELECT shout(name) FROM drivers"]).probes
        #expect(probes.opaqueFunctions == ["shout(text)"])
    }

    @Test func `a changed type is told of by the statements that depend on the column`() async throws {
        try await PostgresFixture.withDatabase { address in
            try await PostgresConnection.using(address, applicationName: "test") { connection in
                try await connection.executeScript(Self.schema)
                let before = try await CatalogSnapshot.take(on: connection)
                let weight = try #require(before[.column, "weight", of: "public.loads"])
                let proof = try await ForwardProof(schema: address)
                try await proof.prepare(["SELECT id FROM loads WHERE weight = $1", "SELECT name FROM drivers"])
                let breaks = await proof.silentBreaks(of: [weight])
                #expect(breaks.map(\.text) == ["SELECT id FROM loads WHERE weight = $1"])
                #expect(breaks.first?.reason == "it depends on the column public.loads.weight")
                #expect(await proof.silentBreaks(of: [weight]).isEmpty, "each is told once")
                await proof.close()
            }
        }
    }

    @Test func `asking leaves nothing behind`() async throws {
        try await PostgresFixture.withDatabase { address in
            try await PostgresConnection.using(address, applicationName: "test") { connection in
                try await connection.executeScript(Self.schema)
                let proof = try await ForwardProof(schema: address)
                try await proof.prepare(["SELECT id FROM loads"])
                await proof.close()
                let left = try await connection.query(
                    "SELECT count(*) AS count FROM pg_namespace WHERE nspname = 'switchyard_probes'")
                #expect(try left[0].decode("count") == 0)
            }
        }
    }

    private static func proof(_ texts: [String]) async throws -> (probes: DependencyProbes, unproved: [String]) {
        try await PostgresFixture.withDatabase { address in
            try await PostgresConnection.using(address, applicationName: "test") { connection in
                try await connection.executeScript(schema)
            }
            let proof = try await ForwardProof(schema: address)
            try await proof.prepare(texts)
            let found = (probes: await proof.probes, unproved: await proof.unproved)
            await proof.close()
            #expect(found.unproved == [])
            return found
        }
    }
}
