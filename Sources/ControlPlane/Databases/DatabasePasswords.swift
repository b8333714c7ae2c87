import Domain
import DurableFiles
import Foundation
import Secrets

/// The passwords of the slots' login roles, made once and kept in a file under the keys of the secrets.
actor DatabasePasswords {
    private let path: String
    private let keyRing: KeyRingFile
    private var stored: Stored?
    private var known: [String: String] = [:]

    init(folder: String) {
        path = Self.path(in: folder)
        keyRing = KeyRingPlace.file(otherwise: "\(folder)/key-ring.json")
    }

    static func path(in folder: String) -> String { "\(folder)/databases.json" }

    /// The password of a role; a new one is durable before it is answered.
    func password(of role: String, in environment: EnvironmentName) throws -> String {
        if let password = known[role] { return password }
        var next = try load()
        let ring = try keyRing.load()
        if let record = next.records[role] {
            guard let password = try ring.open(record).reveal() else {
                throw SecretsError.altered(record.name, record.environment, version: record.version)
            }
            known[role] = password
            return password
        }
        let password = next.clear?.removeValue(forKey: role) ?? SecretFile.randomText(bytes: 24)
        let name = VariableName(unchecked: "PASSWORD_OF_\(role)")
        next.records[role] = try ring.seal(Secret(password), as: name, in: environment, at: Date())
        try write(next)
        known[role] = password
        return password
    }

    /// Those of an environment, sealed.
    func records(of environment: EnvironmentName) throws -> [SecretRecord] {
        try load().records.values.filter { $0.environment == environment }
    }

    /// Puts all of them under the current key.
    func rewrap() throws {
        var next = try load()
        let ring = try keyRing.load()
        for (role, record) in next.records {
            if let new = try ring.rewrapped(record) { next.records[role] = new }
        }
        try write(next)
    }

    var keyIDs: Set<String> {
        get throws { Set(try load().records.values.compactMap { $0.sealed?.keyID }) }
    }
}

extension DatabasePasswords {
    /// The file: the passwords by role.
    private struct Stored: Codable {
        var format = 2
        var records: [String: SecretRecord] = [:]
        /// As an older version has left them, until they are asked for; nil once none is left.
        var clear: [String: String]?
    }

    /// Whether the file is one of an older version, with nothing sealed in it.
    static func areClear(in folder: String) -> Bool {
        guard let data = FileManager.default.contents(atPath: path(in: folder)) else { return true }
        return (try? JSONDecoder().decode([String: String].self, from: data)) != nil
    }

    /// Throws for a file that cannot be read: new passwords in its place would shut running releases out.
    private func load() throws -> Stored {
        if let stored { return stored }
        let decoder = JSONDecoder()
        var read = Stored()
        if let data = FileManager.default.contents(atPath: path) {
            if let clear = try? decoder.decode([String: String].self, from: data) {
                read.clear = clear
            } else {
                read = try decoder.decode(Stored.self, from: data)
            }
        }
        stored = read
        return read
    }

    private func write(_ next: Stored) throws {
        var next = next
        if next.clear?.isEmpty == true { next.clear = nil }
        try DurableFile.write(JSONEncoder().encode(next), to: path, mode: 0o600)
        stored = next
    }
}
