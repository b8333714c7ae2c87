package import Domain
import DurableFiles
import Foundation

/// Keeps one environment's slot table where a rollback can change it on a full disk.
package struct SlotTableFile: Sendable {
    private let file: PreallocatedFile

    /// Opens the table at a path, or makes an empty one with that many slots.
    package init(path: String, environment: EnvironmentName, slotCount: Int) throws {
        let empty = try JSONEncoder().encode(SlotTable(environment: environment, slotCount: slotCount))
        file = try PreallocatedFile(
            path: path, capacity: Limits.slotTableBytes, padding: UInt8(ascii: " "), initial: empty
        )
    }

    package func load() throws -> SlotTable { try JSONDecoder().decode(SlotTable.self, from: file.read()) }

    package func save(_ table: SlotTable) throws { try file.replace(with: JSONEncoder().encode(table)) }
}
