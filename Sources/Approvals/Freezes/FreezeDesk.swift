package import Domain
package import Foundation

/// Keeps freezes; a store conforms to it. Each call is one transaction and durable when it answers.
package protocol FreezeRecords: Sendable {
    /// All that are kept, those that begin last first.
    func freezes() async throws -> [Freeze]
    /// Keeps what `change` answers; the others are as they are at that moment.
    func changeFreeze(_ change: @escaping @Sendable ([Freeze]) throws -> Freeze) async throws -> Freeze
}

/// Where environments are frozen and let go again.
package struct FreezeDesk: Sendable {
    private let records: any FreezeRecords

    package init(records: any FreezeRecords) { self.records = records }

    /// All that are kept, those that begin last first.
    package func freezes() async throws -> [Freeze] { try await records.freezes() }

    package func freeze(_ id: UUID) async throws -> Freeze {
        guard let freeze = try await freezes().first(where: { $0.id == id }) else { throw FreezeError.unknown(id) }
        return freeze
    }

    package func begin(_ freeze: Freeze, at now: Date) async throws -> Freeze {
        try await records.changeFreeze { freezes in
            guard freezes.count(where: { $0.isAhead(at: now) }) < Limits.openFreezes else {
                throw FreezeError.tooMany(Limits.openFreezes)
            }
            return freeze
        }
    }

    package func lift(_ id: UUID, by name: String, at now: Date) async throws -> Freeze {
        try await records.changeFreeze { freezes in
            guard var freeze = freezes.first(where: { $0.id == id }) else { throw FreezeError.unknown(id) }
            try freeze.lift(by: name, at: now)
            return freeze
        }
    }

    /// The freeze that counts in an environment, the one that ends last; nil where there is none.
    package func current(in environment: EnvironmentName, at now: Date) async throws -> Freeze? {
        try await freezes().filter { $0.environment == environment && $0.counts(at: now) }
            .max { $0.until < $1.until }
    }
}
