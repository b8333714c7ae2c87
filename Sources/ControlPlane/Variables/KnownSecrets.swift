import Domain
import DurableFiles
import Foundation
import Glibc
package import Secrets

/// All that a redactor of one environment's outputs has to know, sealed: a file that the control plane replaces before
/// anything gets a value that is not in it.
package struct KnownSecrets: Codable, Sendable {
    var format = 1
    var records: [SecretRecord]

    init(records: [SecretRecord]) { self.records = records }

    /// What a file and the ring tell; throws where the file cannot be read or none of its records can be opened.
    ///
    /// A single record that was altered is left out, so that it does not open the outputs to all others.
    package static func patterns(file path: String, keyRing: KeyRingFile) throws -> RedactionPatterns {
        RedactionPatterns(try secrets(file: path, keyRing: keyRing))
    }

    static func secrets(
        file path: String, keyRing: KeyRingFile
    ) throws -> [(name: VariableName, secret: Secret)] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FileFault(operation: "read", path: path, code: errno == 0 ? ENOENT : errno)
        }
        let known = try JSONDecoder().decode(KnownSecrets.self, from: data)
        guard !known.records.isEmpty else { return [] }
        let ring = try keyRing.load()
        var secrets: [(name: VariableName, secret: Secret)] = []
        var refusal: (any Error)?
        for record in known.records {
            do {
                secrets.append((record.name, try ring.open(record)))
            } catch {
                // The ring is an older one: what is not known yet must not be passed on.
                if case .unknownKey? = error as? SecretsError { throw error }
                refusal = error
            }
        }
        if secrets.isEmpty, let refusal { throw refusal }
        return secrets
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(self)
        guard FileManager.default.contents(atPath: path) != data else { return }
        try DurableFile.write(data, to: path, mode: 0o600)
    }
}

/// Which content a file had when it was looked at: two looks are the same when nothing was replaced between them.
struct FileStamp: Equatable {
    private let inode: UInt64
    private let seconds: Int
    private let nanoseconds: Int

    /// Nil where there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }
}
