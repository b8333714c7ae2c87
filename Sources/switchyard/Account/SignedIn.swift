import DurableFiles
import Foundation

/// The tokens that sign-ins gave to this user's command line, by the control plane's URL.
struct SignedIn: Codable {
    /// One sign-in.
    struct Entry: Codable {
        let account: String
        let token: String
        let expiresAt: Date
    }

    private(set) var entries: [String: Entry] = [:]

    /// `~/.config/switchyard/credentials.json`, which only its owner reads.
    static var path: String {
        let environment = ProcessInfo.processInfo.environment
        let configuration = environment["XDG_CONFIG_HOME"] ?? "\(environment["HOME"] ?? NSHomeDirectory())/.config"
        return "\(configuration)/switchyard/credentials.json"
    }

    /// What is kept; nothing where there is no such file.
    static func load() -> SignedIn {
        let data = FileManager.default.contents(atPath: path)
        return data.flatMap { try? JSONDecoder().decode(SignedIn.self, from: $0) } ?? SignedIn()
    }

    func token(for url: String, at now: Date) -> String? {
        entries[url].flatMap { now < $0.expiresAt ? $0.token : nil }
    }

    /// Keeps a sign-in, and forgets those that are over.
    mutating func keep(_ entry: Entry, for url: String, at now: Date) throws {
        entries = entries.filter { now < $0.value.expiresAt }
        entries[url] = entry
        try write()
    }

    /// Forgets a sign-in; answers it where there was one.
    mutating func forget(_ url: String) throws -> Entry? {
        guard let entry = entries.removeValue(forKey: url) else { return nil }
        try write()
        return entry
    }

    private func write() throws {
        let folder = (Self.path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try DurableFile.write(JSONEncoder().encode(self), to: Self.path, mode: 0o600)
    }
}
