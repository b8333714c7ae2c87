import DurableFiles
import Foundation
import Synchronization

/// Where acts that must not wait are recorded while the log can't be written: a file whose blocks are set aside.
///
/// Going back and stopping harm go on even when the spool is full; then the loss is counted, and recorded afterwards.
package final class AuditSpool: Sendable {
    /// One entry that waits to be folded into the log.
    struct Item: Codable, Equatable, Sendable {
        let id: String
        var entry: SealedEntry
        /// The intent of which this is the result, where that is in the spool too.
        var spooledIntent: String?
    }

    struct Content: Codable, Equatable, Sendable {
        var lost = 0
        /// Keeps a loss from being recorded twice.
        var lossID: String?
        var items: [Item] = []
    }

    /// The detail that an entry from the spool carries in the log.
    static let identifierDetail = "spool_id"
    /// Bytes that are left for the count of what was lost.
    private static let reserve = 128

    private let file: PreallocatedFile
    private let state: Mutex<Content>

    /// Opens the spool at a path, or sets its blocks aside (twice 256 KiB).
    package convenience init(path: String) throws { try self.init(path: path, capacity: Limits.spoolBytes) }

    init(path: String, capacity: Int) throws {
        let empty = try JSONEncoder().encode(Content())
        file = try PreallocatedFile(path: path, capacity: capacity, padding: UInt8(ascii: " "), initial: empty)
        state = Mutex(try JSONDecoder().decode(Content.self, from: file.read()))
    }

    /// Entries that wait to be folded.
    package var count: Int { state.withLock(\.items.count) }
    /// Entries that did not fit since the last fold.
    package var lost: Int { state.withLock(\.lost) }

    var content: Content { state.withLock(\.self) }

    /// Keeps an entry, or counts it as lost; answers its identifier in either case. With `intent` it is the result of the
    /// intent in the spool that has this identifier.
    @discardableResult
    package func write(_ entry: AuditEntry, ofSpooledIntent intent: String? = nil, keys: SubjectKeys) -> String {
        let id = SecretFile.randomText(bytes: 8)
        let item = Self.sealed(entry, keys: keys).map { sealed in
            var item = Item(id: id, entry: sealed, spooledIntent: intent)
            item.entry.flags = (sealed.flags + [AuditFlag.late.rawValue]).sorted {
                $0.utf8.lexicographicallyPrecedes($1.utf8)
            }
            item.entry.details[Self.identifierDetail] = id
            if intent != nil { item.entry.phase = .result }
            return item
        }
        state.withLock { content in
            if let item, (try? CanonicalEntry(item.entry)) != nil, keep(item, in: &content) { return }
            content.lost += 1
            content.lossID = content.lossID ?? id
            // Where even this can't be written the count stays in memory, and goes along with the next write.
            try? file.replace(with: JSONEncoder().encode(content))
        }
        return id
    }

    /// Removes what has been folded, and nothing that came since.
    func remove(_ folded: Content) throws {
        try state.withLock { content in
            var rest = content
            let ids = Set(folded.items.map(\.id))
            rest.items.removeAll { ids.contains($0.id) }
            rest.lost -= folded.lost
            if rest.lost == 0 { rest.lossID = nil }
            guard rest != content else { return }
            try file.replace(with: JSONEncoder().encode(rest))
            content = rest
        }
    }

    private func keep(_ item: Item, in content: inout Content) -> Bool {
        var next = content
        next.items.append(item)
        guard let encoded = try? JSONEncoder().encode(next), encoded.count + Self.reserve <= file.capacity,
            (try? file.replace(with: encoded)) != nil
        else { return false }
        content = next
        return true
    }

    /// Seals what can be sealed: on a full disk there may be no room for the key of a person who is new.
    private static func sealed(_ entry: AuditEntry, keys: SubjectKeys) -> SealedEntry? {
        (try? SealedEntry(entry, keys: keys)) ?? (try? SealedEntry(entry) { _, _, _ in SealedEntry.withheld })
    }
}
