import DurableFiles
import Foundation
import Synchronization

/// Which keys of persons were erased, by fingerprint, so that a copy of one that comes back opens nothing.
///
/// A fingerprint says nothing of the key or the person. The record has them as well: this file is the quick answer.
final class ErasedKeys: Sendable {
    private let path: String
    private let known: Mutex<Set<String>>

    /// Reads what was erased; a file that is missing has nothing.
    init(path: String) throws {
        self.path = path
        let text = try LogFiles.bytes(at: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        known = Mutex(Set(text.split(separator: "\n").map(String.init)))
    }

    func contains(_ fingerprint: String) -> Bool { known.withLock { $0.contains(fingerprint) } }

    /// Takes note of erasures; they count at once, and are durable when it returns.
    func add(_ fingerprints: Set<String>) throws(FileFault) {
        try known.withLock { known throws(FileFault) in
            guard !fingerprints.isSubset(of: known) else { return }
            known.formUnion(fingerprints)
            try DurableFile.write(known.sorted().map { "\($0)\n" }.joined(), to: path, mode: 0o600)
        }
    }
}
