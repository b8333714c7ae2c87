import Domain
import Foundation
import LoadTesting
import Secrets

/// Log lines of an application, some of which give a secret away, the same for the same options.
struct RedactorSample {
    let secrets: [(name: VariableName, secret: Secret)]
    /// About 16 MB of whole lines.
    let text: [UInt8]
    /// How many lines hold a secret.
    let leaked: Int
    private let values: [String]

    private static let bytes = 16_000_000
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=.~")

    init(secrets count: Int, leaks: Int) {
        var generator = SplitMix64(state: 1)
        let values = (0..<count).map { _ in
            String(
                (0..<Int.random(in: 16...48, using: &generator)).map { _ in
                    Self.letters.randomElement(using: &generator)!
                })
        }
        self.values = values
        secrets = values.enumerated().map { (VariableName(unchecked: "SECRET_\($0)"), Secret($1)) }
        var text: [UInt8] = []
        text.reserveCapacity(Self.bytes + 1_000)
        var (line, leaked) = (0, 0)
        while text.count < Self.bytes {
            line += 1
            let isLeak = line % leaks == 0
            leaked += isLeak ? 1 : 0
            text +=
                Self.line(line, leak: isLeak ? values.randomElement(using: &generator) : nil, using: &generator).utf8
        }
        self.text = text
        self.leaked = leaked
    }

    private static func line(_ number: Int, leak: String?, using generator: inout SplitMix64) -> String {
        func some(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }
        let time = "2026-11-28T15:\(10 + some(50)):\(10 + some(50)).\(100_000 + some(900_000))Z"
        let identifier = String(generator.next(), radix: 16)
        switch number % 4 {
        case 0:
            return #"{"time":"\#(time)","level":"info","request":"\#(identifier)","path":"/loads/\#(some(90_000))","#
                + #""status":200,"milliseconds":\#(some(300)),"note":"\#(leak ?? "dispatched")"}"# + "\n"
        case 1:
            return
                "\(time) INFO GET /api/loads?carrier=\(some(900))&page=\(some(40)) 200 \(some(90)) ms \(leak ?? "-")\n"
        case 2:
            let encoded = Data((leak ?? "user:\(identifier)").utf8).base64EncodedString()
            return "\(time) DEBUG authorization Basic \(encoded) for \(identifier)\n"
        default:
            return
                "\(time) LOG:  duration: \(some(900)).\(some(900)) ms  statement: SELECT id, weight FROM loads WHERE "
                + "carrier_id = \(some(90_000)) AND note <> '\(leak ?? "none")' ORDER BY created_at DESC LIMIT 50\n"
        }
    }

    /// `lines.log`, and `secrets.txt` with a secret a line.
    func write(into folder: String) throws {
        try Data(text).write(to: URL(filePath: "\(folder)/lines.log"))
        try (values.joined(separator: "\n") + "\n").write(
            toFile: "\(folder)/secrets.txt", atomically: true, encoding: .utf8)
    }
}
