import DurableFiles
import Foundation

/// The passwords of the slots' login roles, made once and kept in a file that only Switchyard reads.
actor DatabasePasswords {
    private let path: String
    private var known: [String: String]

    init(folder: String) {
        path = "\(folder)/databases.json"
        let stored = FileManager.default.contents(atPath: path)
        known = stored.flatMap { try? JSONDecoder().decode([String: String].self, from: $0) } ?? [:]
    }

    /// The password of a role; a new one is durable before it is answered.
    func password(of role: String) throws -> String {
        if let password = known[role] { return password }
        let made = SecretFile.randomText(bytes: 24)
        var next = known
        next[role] = made
        try DurableFile.write(JSONEncoder().encode(next), to: path, mode: 0o600)
        known = next
        return made
    }
}
