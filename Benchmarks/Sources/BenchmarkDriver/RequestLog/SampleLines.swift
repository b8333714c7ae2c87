import Domain
import LoadTesting
import Telemetry

/// Lines of the request log as a busy application has them: divided requests of many clients on several routes.
enum SampleLines {
    static let environment = EnvironmentName(unchecked: "production")
    static let definition = EnvironmentDefinition(name: environment, domains: [], database: .none)
    static let drawing = Drawing(
        environment: environment, stable: SlotName(number: 1), candidate: SlotName(number: 2), salts: "17.")

    private static let paths = [
        "/", "/loads", "/loads/4711", "/loads/4711/events", "/carriers/deadbeef01/rates", "/assets/app.3f2a.css",
        "/api/v1/loads/12/documents/7/pages/3",
    ]

    /// So many lines, numbered from 0, with their lengths as the stream has them.
    static func stream(_ count: Int) -> [UInt8] {
        var random = SplitMix64(state: 7)
        var bytes: [UInt8] = []
        for number in 0..<count {
            let line = line(number, &random)
            bytes += "\(line.utf8.count) \(line)".utf8
        }
        return bytes
    }

    static func lines(_ count: Int) -> [[UInt8]] {
        var random = SplitMix64(state: 7)
        return (0..<count).map { Array(line($0, &random).utf8) }
    }

    private static func line(_ number: Int, _ random: inout SplitMix64) -> String {
        let client = Int64(bitPattern: SplitMix64.mixed(UInt64.random(in: 0..<5_000, using: &random)))
        let slot = client % 2 == 0 ? "s1" : "s2"
        let microseconds = Int.random(in: 300..<40_000, using: &random)
        let status = Int.random(in: 0..<100, using: &random) == 0 ? 500 : 200
        let path = paths.randomElement(using: &random) ?? "/"
        return
            "r1 4711 \(number) production-\(slot)-read \(status) \(microseconds) \(microseconds / 1_000) -- \(client) "
            + "5000:17.3:s1:s2 GET \(path)"
    }
}

extension SplitMix64 {
    /// A number that looks like a hash.
    fileprivate static func mixed(_ value: UInt64) -> UInt64 {
        var generator = SplitMix64(state: value)
        return generator.next()
    }
}
