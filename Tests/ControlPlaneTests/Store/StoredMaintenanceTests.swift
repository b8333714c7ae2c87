import Domain
import Foundation
import Store
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct StoredMaintenanceTests {
    @Test func `a result takes the place of its intent, and an intent never that of its result`() async throws {
        try await withTemporaryFolder { folder in
            let store = DeploymentStore(database: StateDatabase(path: "\(folder)/state.sqlite")) { _ in true }
            let now = Date(timeIntervalSinceReferenceDate: 800_000_000)
            let intent = MaintenanceChange(
                id: UUID(), environment: .production, isOn: true, requestedBy: "dora", createdAt: now)
            let result = intent.ended(.done, at: now + 1)
            for change in [intent, result, intent] { try await store.fold([], [], [change]) }
            #expect(try await store.maintenance(of: .production, last: 9) == [result])
            #expect(try await store.maintenance(of: nil, last: 9) == [result])
            #expect(try await store.maintenance(of: EnvironmentName(unchecked: "dev"), last: 9).isEmpty)
        }
    }
}
