import HTTPTypes
import HummingbirdTesting
import Postgres
import Testing

@testable import FreightOps

@Suite(.timeLimit(.minutes(2)))
struct VehicleSchemaTests {
    /// Every release on every schema that it may meet while releases change.
    static let meetings = [
        ("1.0.0", "1.0.0"), ("1.0.0", "1.1.0"), ("1.0.0", "1.2.0"), ("1.1.0", "1.1.0"), ("1.1.0", "1.2.0"),
        ("1.2.0", "1.2.0"),
    ]

    @Test(arguments: meetings)
    func `a release reads back what it wrote`(release: String, schema: String) async throws {
        try await FreightFixture.with(schema: schema) { freight in
            let store = try freight.vehicles(release)
            for equipment in Equipment.allCases {
                _ = try await store.register(plate: equipment.rawValue, equipment: equipment, capacityKilograms: 9_000)
            }
            #expect(try await store.vehicles().map(\.equipment) == Equipment.allCases)
            #expect(try await store.vehicles(equipment: .flatbed).map(\.plate) == ["flatbed"])
        }
    }

    @Test(arguments: [
        ("1.0.0", "1.1.0", true), ("1.1.0", "1.0.0", true), ("1.1.0", "1.2.0", true), ("1.2.0", "1.1.0", true),
        // The trigger keeps both columns alike, so that releases two apart understand each other too.
        ("1.0.0", "1.2.0", true), ("1.2.0", "1.0.0", true),
    ])
    func `a release reads what another one wrote`(writer: String, reader: String, isSeen: Bool) async throws {
        try await FreightFixture.with(schema: "1.2.0") { freight in
            _ = try await freight.vehicles(writer).register(plate: "A", equipment: .tanker, capacityKilograms: 9_000)
            let read = try await freight.vehicles(reader).vehicles()
            #expect(read.map(\.equipment) == [isSeen ? .tanker : nil])
        }
    }

    @Test func `the backfill fills every vehicle, batch by batch`() async throws {
        try await FreightFixture.with(schema: "1.0.0") { freight in
            try await freight.seed(loads: 1)
            try await freight.expand(to: "1.2.0", from: "1.0.0")
            let before = try await freight.vehicles("1.1.0").vehicles()
            #expect(before.compactMap(\.equipment).count == 24)
            #expect(try await freight.vehicles("1.2.0").vehicles().compactMap(\.equipment).isEmpty)

            try await freight.run("backfill", of: "1.1.0", from: 1, through: 10)
            #expect(try await freight.vehicles("1.2.0").vehicles().compactMap(\.equipment).count == 10)
            try await freight.run("backfill", of: "1.1.0", from: 11, through: 24)
            for release in ["1.0.0", "1.1.0", "1.2.0"] {
                let after = try await freight.vehicles(release).vehicles()
                #expect(after.map(\.equipment) == before.map(\.equipment), "\(release)")
            }
        }
    }

    @Test func `the release without the old path works on the contracted schema`() async throws {
        try await FreightFixture.with(schema: "1.2.0") { freight in
            try await freight.run("contract", of: "1.1.0")
            let store = try freight.vehicles("1.2.0")
            _ = try await store.register(plate: "A", equipment: .tanker, capacityKilograms: 9_000)
            #expect(try await store.vehicles().map(\.equipment) == [.tanker])
        }
    }

    @Test(arguments: FreightFixture.releases)
    func `the test data can be written twice on every schema`(schema: String) async throws {
        try await FreightFixture.with(schema: schema) { freight in
            let settings = try freight.settings(schema)
            let first = try await SampleFreightWriter(settings).write()
            #expect(first == 200 + 150 + 80 + 2_000)
            #expect(try await SampleFreightWriter(settings).write() == 0)
            #expect(try await freight.vehicles(schema).vehicles().compactMap(\.equipment).count == 200)
        }
    }

    @Test(arguments: [("1.0.0", false), ("1.1.0", true), ("1.2.0", true)])
    func `the equipment filter came with the second release`(release: String, hasFilter: Bool) async throws {
        try await FreightFixture.with(schema: "1.2.0") { freight in
            try await freight.seed()
            try await freight.web(release) { client in
                let page = try await client.get("/dispatch?equipment=tanker")
                #expect(page.status == .ok)
                #expect(page.text.contains("Dispatch board"))
                #expect(page.text.contains("slot <b>s1</b>"))
                #expect(page.text.contains("FreightOps Pro <b>\(release)</b>"))
                #expect(page.text.contains("equipment=refrigerated") == hasFilter)
                #expect(page.text.contains("· Flatbed ·") == !hasFilter)
            }
        }
    }
}

extension FreightFixture {
    fileprivate func vehicles(_ release: String) throws -> VehicleStore {
        try VehicleStore(database: database(release), schema: settings(release).release.vehicleSchema)
    }
}
