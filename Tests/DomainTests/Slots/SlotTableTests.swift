import Domain
import Foundation
import Testing

struct SlotTableTests {
    private var table = SlotTable(environment: Sample.environment, slotCount: 4)

    /// Deploys and commits releases one after the other, an hour apart.
    private mutating func commit(_ versions: String...) throws {
        for version in versions {
            let number = table.lastDeployment + 1
            _ = try table.claim(for: Sample.reference(version), deployment: DeploymentID(number))
            try table.share(Split.whole, salt: "\(number)")
            try table.commit(at: Sample.now + Double(number) * 3_600)
        }
    }

    @Test mutating func `a claim asked for again answers the same slot and changes nothing`() throws {
        let first = try table.claim(for: Sample.reference("1"), deployment: DeploymentID(1))
        let before = table
        let second = try table.claim(for: Sample.reference("1"), deployment: DeploymentID(1))
        #expect(first == second)
        #expect(table == before)
        #expect(table.split.share == 0)
    }

    @Test mutating func `a full pool is refused and takes no way back`() throws {
        try commit("1", "2", "3", "4")
        let before = table
        #expect(throws: SlotTableError.noFreeSlot(Sample.environment)) {
            try table.claim(for: Sample.reference("5"), deployment: DeploymentID(5))
        }
        #expect(table == before)
    }

    @Test mutating func `there is never more than one candidate`() throws {
        try commit("1")
        let abandoned = try table.claim(for: Sample.reference("2"), deployment: DeploymentID(2))
        let claimed = try table.claim(for: Sample.reference("3"), deployment: DeploymentID(3))
        #expect(table.candidate?.name == claimed)
        #expect(table[abandoned]?.role == .rejected)
        try table.share(Split.whole, salt: "3")
        #expect(table.leading?.name == claimed)
    }

    @Test mutating func `a commit keeps the release before as the nearest way back`() throws {
        try commit("1", "2", "3")
        #expect(table.stable?.occupant?.release == Sample.reference("3"))
        #expect(table.waysBack.map { $0.occupant?.release } == [Sample.reference("2"), Sample.reference("1")])
        #expect(table.split == Split(share: 0, salt: table.split.salt, stable: table.stable?.name))
        #expect(throws: SlotTableError.noCandidate(Sample.environment)) { try table.commit(at: Sample.now) }
        #expect(throws: SlotTableError.noCandidate(Sample.environment)) { try table.share(1, salt: "") }
    }

    @Test mutating func `going back leaves a candidate first, then the stable release`() throws {
        try commit("1", "2")
        let candidate = try table.claim(for: Sample.reference("3"), deployment: DeploymentID(3))
        try table.share(Split.whole, salt: "3")
        try table.rollBack(at: Sample.now)
        #expect(table[candidate]?.role == .rejected)
        #expect(table.leading?.occupant?.release == Sample.reference("2"))
        try table.rollBack(at: Sample.now)
        #expect(table.leading?.occupant?.release == Sample.reference("1"))
        #expect(table.slot(of: DeploymentID(2))?.role == .rejected)
        #expect(throws: SlotTableError.noWayBack(Sample.environment)) { try table.rollBack(at: Sample.now) }
    }

    @Test mutating func `ways back are surplus beyond the number and beyond the time`() throws {
        try commit("1", "2", "3", "4")
        let replaced = Sample.now + 4 * 3_600
        let two = DeploymentPolicy(keepReleases: 2, rollbackPeriodSeconds: 86_400)
        #expect(table.surplus(under: two, at: replaced).map { $0.occupant?.release } == [Sample.reference("1")])
        let brief = DeploymentPolicy(keepReleases: 9, rollbackPeriodSeconds: 1_800)
        let surplus = table.surplus(under: brief, at: replaced).compactMap { $0.occupant?.release }
        #expect(surplus == [Sample.reference("2"), Sample.reference("1")])
        #expect(table.surplus(under: DeploymentPolicy(keepReleases: 9), at: replaced).isEmpty)
    }

    @Test mutating func `only a slot in use that is not the stable one can be rejected`() throws {
        try commit("1", "2")
        let (stable, kept) = (try #require(table.stable?.name), try #require(table.waysBack.first?.name))
        #expect(throws: SlotTableError.unknownSlot(stable)) { try table.reject(stable) }
        let empty = SlotName(number: 4)
        #expect(throws: SlotTableError.unknownSlot(empty)) { try table.reject(empty) }
        try table.reject(kept)
        let once = table
        try table.reject(kept)
        #expect(table == once)
        #expect(table.waysBack.isEmpty)
    }

    @Test mutating func `a rejected candidate gets no requests any more`() throws {
        try commit("1")
        let candidate = try table.claim(for: Sample.reference("2"), deployment: DeploymentID(2))
        try table.share(Split.whole, salt: "2")
        try table.reject(candidate)
        #expect(table.leading == table.stable)
    }

    @Test mutating func `a vacated slot is free again and out of the split`() throws {
        let slot = try table.claim(for: Sample.reference("1"), deployment: DeploymentID(1))
        try table.share(Split.whole, salt: "1")
        table.vacate(slot)
        #expect(table[slot] == Slot(name: slot))
        #expect(table.split.candidate == nil)
        #expect(table.split.share == 0)
        #expect(try table.claim(for: Sample.reference("2"), deployment: DeploymentID(2)) == slot)
    }

    @Test mutating func `another number of slots never drops one in use`() throws {
        try commit("1", "2", "3")
        let smaller = table.resized(to: 2)
        #expect(smaller.slots.count == 3)
        #expect(smaller.slots == Array(table.slots.prefix(3)))
        #expect(table.resized(to: 6).slots.count == 6)
        #expect(table.resized(to: 6).resized(to: 4) == table)
    }

    @Test func `every change raises the generation`() throws {
        var table = table
        var seen = [table.generation]
        _ = try table.claim(for: Sample.reference("1"), deployment: DeploymentID(1))
        seen.append(table.generation)
        try table.assign(ports: [1, 2], to: SlotName(number: 1))
        seen.append(table.generation)
        try table.share(5_000, salt: "x")
        seen.append(table.generation)
        try table.commit(at: Sample.now)
        seen.append(table.generation)
        table.setMaintenance(true)
        seen.append(table.generation)
        table.note(DeploymentID(9))
        seen.append(table.generation)
        #expect(seen == Array(0...6))
        #expect(table.lastDeployment == 9)
        #expect(throws: SlotTableError.unknownSlot(SlotName(number: 9))) {
            try table.assign(ports: [], to: SlotName(number: 9))
        }
    }

    @Test func `ten slots with the longest names fit the file of 16 KiB`() throws {
        let long = String(repeating: "n", count: 32)
        var table = SlotTable(environment: EnvironmentName(unchecked: long), slotCount: 10)
        for number in 1...10 {
            let reference = Sample.reference(String(repeating: "9", count: 64), name: long)
            let slot = try table.claim(for: reference, deployment: DeploymentID(900_000_000 + number))
            try table.assign(ports: (0..<16).map { 65_000 + $0 }, to: slot)
            try table.share(Split.whole, salt: "900000000")
            try table.commit(at: Sample.now + 0.123_456_789)
        }
        let data = try JSONEncoder().encode(table)
        #expect(data.count < 16_384)
        #expect(try JSONDecoder().decode(SlotTable.self, from: data) == table)
    }
}
