import Domain
import Yams

/// Two settings that ask for the same port of the same address.
struct ListenConflict {
    private struct Place {
        let section: String
        let key: String
        let address: String

        var name: String { "\(section).\(key)" }
    }

    private let first: Place
    private let second: Place

    /// The conflicts between what users and operators come in by.
    static func find(traffic: TrafficSettings, api: APISettings) -> [ListenConflict] {
        let places = [
            Place(section: "traffic", key: "http", address: traffic.http),
            Place(section: "traffic", key: "https", address: traffic.https ?? ""),
            Place(section: "api", key: "listen", address: api.listen),
            Place(section: "api", key: "public_listen", address: api.publicListen ?? ""),
            Place(section: "api", key: "secure", address: api.secure?.listen ?? ""),
        ]
        return places.indices.flatMap { later in
            places[..<later].filter { overlap($0.address, places[later].address) }
                .map { ListenConflict(first: $0, second: places[later]) }
        }
    }

    /// Tells it at the later setting's place, with the earlier one's line.
    func report(in keys: MappingReader) {
        let place = keys.line(of: first.section, first.key).map { " (line \($0))" } ?? ""
        keys.report(
            second.section, second.key,
            "'\(second.name)' is \(second.address), where '\(first.name)'\(place) listens already with "
                + "\(first.address); give one of them another port.")
    }

    /// Whether nobody could listen on both: the same port, on the same address or on all of them.
    private static func overlap(_ first: String, _ second: String) -> Bool {
        guard let (host, port) = parts(first), let (otherHost, otherPort) = parts(second) else { return false }
        // The system gives a free port for 0.
        guard port == otherPort, port != "0" else { return false }
        let all = ["0.0.0.0", "[::]"]
        return host == otherHost || all.contains(host) || all.contains(otherHost)
    }

    private static func parts(_ address: String) -> (host: String, port: String)? {
        guard let colon = address.lastIndex(of: ":") else { return nil }
        let host = String(address[..<colon])
        return (host == "localhost" ? "127.0.0.1" : host, String(address[address.index(after: colon)...]))
    }
}
