import Domain
import DurableFiles
import Foundation

/// The addresses that HAProxy listens on; ports that the system chose are kept in a file.
struct ListenAddresses: Equatable, Sendable {
    let http: ListenAddress
    let https: ListenAddress?
    /// Where ACME's client answers; nil where no certificates come from an authority.
    let challenge: ListenAddress?

    init(settings: TrafficSettings, keptIn path: String) throws {
        var kept = Self.read(path)
        let before = kept
        http = try Self.resolve(settings.http, setting: "http", kept: &kept)
        https = try settings.https.map { try Self.resolve($0, setting: "https", kept: &kept) }
        challenge = try settings.acme.map { _ in
            try Self.resolve("127.0.0.1:0", setting: "challenge", kept: &kept)
        }
        if kept != before { try DurableFile.write(JSONEncoder().encode(kept), to: path, mode: 0o600) }
    }

    /// Throws a sentence that names the address when something else listens there.
    func requireFree() throws {
        _ = try http.tryBinding(setting: "http")
        _ = try https?.tryBinding(setting: "https")
    }

    /// The same for what would be listened on anew.
    func requireFree(besides inUse: ListenAddresses) throws {
        let taken = [inUse.http, inUse.https, inUse.challenge]
        if !taken.contains(http) { _ = try http.tryBinding(setting: "http") }
        if let https, !taken.contains(https) { _ = try https.tryBinding(setting: "https") }
    }

    private static func resolve(_ text: String, setting: String, kept: inout [String: Int]) throws -> ListenAddress {
        let asked = try ListenAddress(parsing: text, setting: setting)
        guard asked.port == 0 else { return asked }
        let port = try kept["\(setting) \(asked.host)"] ?? asked.tryBinding(setting: setting)
        kept["\(setting) \(asked.host)"] = port
        return ListenAddress(host: asked.host, port: port)
    }

    private static func read(_ path: String) -> [String: Int] {
        FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode([String: Int].self, from: $0) }
            ?? [:]
    }
}
