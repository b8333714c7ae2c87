package import Foundation

/// Who sits where in one environment and who gets its requests: a pure value, the only authority on roles.
///
/// It is small (under 16 KiB as JSON) so that it fits the preallocated file that a rollback may write on a full disk.
package struct SlotTable: Codable, Equatable, Sendable {
    package let environment: EnvironmentName
    /// Rises with every change.
    package private(set) var generation: Int
    package private(set) var split: Split
    package private(set) var slots: [Slot]
    /// Whether users see the maintenance page.
    package private(set) var maintenance: Bool
    /// The highest deployment number that this environment has seen.
    package private(set) var lastDeployment: Int

    package init(environment: EnvironmentName, slotCount: Int) {
        self.environment = environment
        generation = 0
        split = Split()
        slots = (1...slotCount).map { Slot(name: SlotName(number: $0)) }
        maintenance = false
        lastDeployment = 0
    }
}

/// A change that the table does not allow.
package enum SlotTableError: Error, Equatable, CustomStringConvertible {
    case noFreeSlot(EnvironmentName)
    case noWayBack(EnvironmentName)
    case noCandidate(EnvironmentName)
    case unknownSlot(SlotName)

    package var description: String {
        switch self {
        case .noFreeSlot(let environment):
            "No slot of \(environment) is free: an earlier deployment still holds it; see 'switchyard status'."
        case .noWayBack(let environment):
            "\(environment) has no earlier release to go back to: none is kept; deploy one instead."
        case .noCandidate(let environment):
            "\(environment) has no candidate in a slot."
        case .unknownSlot(let slot):
            "There is no slot \(slot)."
        }
    }
}

extension SlotTable {
    package subscript(_ name: SlotName) -> Slot? { slots.first { $0.name == name } }

    package var stable: Slot? { slots.first { $0.role == .stable } }
    package var candidate: Slot? { slots.first { $0.role == .candidate } }

    /// The slot of a deployment, in whatever role.
    package func slot(of deployment: DeploymentID) -> Slot? {
        slots.first { $0.occupant?.deployment == deployment }
    }

    /// The kept slots, the one that was stable last first: the ways back in their order.
    package var waysBack: [Slot] {
        slots.filter { $0.role == .kept }
            .sorted { ($0.occupant?.replacedAt ?? .distantPast) > ($1.occupant?.replacedAt ?? .distantPast) }
    }

    /// The slot that takes most of the new requests.
    package var leading: Slot? { split.leading.flatMap { self[$0] } }

    /// Gives a free slot to a deployment; asked again for the same deployment, it answers the same slot.
    ///
    /// A way back is never taken silently: surplus slots are retired by housekeeping, and until then a full pool is an
    /// error.
    package mutating func claim(for release: ReleaseReference, deployment: DeploymentID) throws(SlotTableError)
        -> SlotName
    {
        if let claimed = slot(of: deployment) { return claimed.name }
        guard let index = slots.firstIndex(where: { $0.role == .empty }) else {
            throw .noFreeSlot(environment)
        }
        // There is never more than one: a candidate that its deployment abandoned is to be stopped.
        if let abandoned = candidate { setRole(.rejected, of: abandoned.name) }
        slots[index].role = .candidate
        slots[index].occupant = Occupant(release: release, deployment: deployment)
        split.candidate = slots[index].name
        split.share = 0
        lastDeployment = max(lastDeployment, deployment.number)
        generation += 1
        return slots[index].name
    }

    /// Notes the ports of a slot's web instances.
    package mutating func assign(ports: [Int], to slot: SlotName) throws(SlotTableError) {
        guard let index = slots.firstIndex(where: { $0.name == slot }) else { throw .unknownSlot(slot) }
        slots[index].occupant?.ports = ports
        generation += 1
    }

    /// Gives the candidate a share of the requests, from 0 to 10,000.
    package mutating func share(_ share: Int, salt: String) throws(SlotTableError) {
        guard let candidate else { throw .noCandidate(environment) }
        split = Split(share: share, salt: salt, stable: stable?.name, candidate: candidate.name)
        generation += 1
    }

    /// Makes the candidate the stable release and keeps the one before it as a way back.
    package mutating func commit(at now: Date) throws(SlotTableError) {
        guard let candidate else { throw .noCandidate(environment) }
        promote(candidate.name, demoting: .kept, at: now)
    }

    /// Turns to the release before: away from a candidate, or from the stable release to the newest way back.
    ///
    /// The slot that is left becomes `rejected`. Throws when there is nowhere to go back to.
    package mutating func rollBack(to release: ReleaseReference? = nil, at now: Date) throws(SlotTableError) {
        if let candidate {
            setRole(.rejected, of: candidate.name)
            split = Split(share: 0, salt: split.salt, stable: stable?.name)
            generation += 1
            return
        }
        let named = waysBack.first { release != nil && $0.occupant?.release == release }
        guard let wayBack = named ?? waysBack.first else { throw .noWayBack(environment) }
        promote(wayBack.name, demoting: .rejected, at: now)
    }

    /// Keeps a slot after all: the release that was left is the only one known to work.
    package mutating func keep(_ slot: SlotName, at now: Date) {
        guard let index = slots.firstIndex(where: { $0.name == slot && $0.role == .rejected }) else { return }
        slots[index].role = .kept
        slots[index].occupant?.replacedAt = now
        generation += 1
    }

    /// Takes a slot off the ways back, so that it can be drained and stopped.
    ///
    /// Only a slot that is in use and not the stable one can be rejected.
    package mutating func reject(_ slot: SlotName) throws(SlotTableError) {
        guard let occupied = self[slot], occupied.role != .stable, occupied.role != .empty else {
            throw .unknownSlot(slot)
        }
        guard occupied.role != .rejected else { return }
        setRole(.rejected, of: slot)
        if split.candidate == slot { split = Split(share: 0, salt: split.salt, stable: split.stable) }
        generation += 1
    }

    /// Empties a slot whose processes have ended.
    package mutating func vacate(_ slot: SlotName) {
        guard let index = slots.firstIndex(where: { $0.name == slot }) else { return }
        slots[index].role = .empty
        slots[index].occupant = nil
        if split.candidate == slot { split = Split(share: 0, salt: split.salt, stable: split.stable) }
        if split.stable == slot { split.stable = nil }
        generation += 1
    }

    /// Shows or removes the maintenance page.
    package mutating func setMaintenance(_ on: Bool) {
        maintenance = on
        generation += 1
    }

    /// Remembers the number of a deployment that took no slot, so that it is not given twice.
    package mutating func note(_ deployment: DeploymentID) {
        lastDeployment = max(lastDeployment, deployment.number)
        generation += 1
    }

    /// The kept slots that a policy no longer keeps: beyond the number, or older than the rollback period.
    package func surplus(under policy: DeploymentPolicy, at now: Date) -> [Slot] {
        waysBack.enumerated().filter { index, slot in
            let age = slot.occupant?.replacedAt.map { now.timeIntervalSince($0) } ?? 0
            return index >= policy.keepReleases || age > policy.rollbackPeriodSeconds
        }.map(\.element)
    }

    /// The same table laid out for another number of slots; slots in use are never dropped.
    package func resized(to slotCount: Int) -> SlotTable {
        var table = self
        let used = slots.last { $0.role != .empty }?.name.number ?? 0
        let count = max(slotCount, used)
        table.slots = (1...count).map { number in
            self[SlotName(number: number)] ?? Slot(name: SlotName(number: number))
        }
        return table
    }

    private mutating func promote(_ name: SlotName, demoting role: Slot.Role, at now: Date) {
        if let stable, let index = slots.firstIndex(where: { $0.name == stable.name }) {
            slots[index].role = role
            slots[index].occupant?.replacedAt = now
        }
        setRole(.stable, of: name)
        split = Split(share: 0, salt: split.salt, stable: name)
        generation += 1
    }

    private mutating func setRole(_ role: Slot.Role, of name: SlotName) {
        guard let index = slots.firstIndex(where: { $0.name == name }) else { return }
        slots[index].role = role
    }
}
