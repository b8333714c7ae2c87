import Foundation
import LoadTesting
import Settings
import Subprocess
import TestSupport
import Testing

/// The checker's verdict is that of `promtool`, on the table and on what slips of the hand make of it.
struct PromtoolTests {
    /// Where the checker knowingly differs from Prometheus 2.42: it takes what newer ones do, and says so
    /// (`needsNewerPrometheus`); it does not take a letter for the colon of a subquery (`up[5m x]`), which was a mistake
    /// of 2.42; nothing may nest more than 100 levels deep; the names of Unicode's classes in a pattern (`\p{…}`) are
    /// not looked up. None of the last two is made here.
    private func expectAgreement(on texts: [String]) async throws {
        let refused = try await Promtool.refused(of: texts)
        for (index, text) in texts.enumerated() {
            do throws(PromQLFault) {
                let expression = try PromQLExpression(text)
                let isRefused = refused.contains(index) && !expression.needsNewerPrometheus
                #expect(!isRefused, "promtool refuses \(text.debugDescription)")
            } catch {
                let isColon = error.reason.contains(/^'[A-Za-z_].*' stands where '\]' or ':' after the range/)
                let isTaken = !refused.contains(index) && !isColon
                #expect(!isTaken, "promtool takes \(text.debugDescription), not: \(error)")
            }
        }
    }

    @Test func `promtool sees the table alike`() async throws {
        let bad = PromQLTable.bad.map { $0.marked.replacing("‸", with: "") }
        try await expectAgreement(on: PromQLTable.good + bad + PromQLTable.newer)
    }

    @Test(arguments: [1, 2, 3, 4])
    func `promtool sees what is left of good expressions after slips alike`(seed: UInt64) async throws {
        var slips = Slips(seed: seed)
        let texts = (0..<500).map { _ in slips.text() }
        try await expectAgreement(on: texts)
        let taken = texts.count { (try? PromQLExpression($0)) != nil }
        #expect((50...450).contains(taken), "\(taken) of 500 are taken, so little was compared")
    }
}

/// The real thing.
private enum Promtool {
    /// The places of the expressions that it refuses.
    static func refused(of texts: [String]) async throws -> Set<Int> {
        try await withTemporaryFolder { folder in
            let encoder = JSONEncoder()
            encoder.outputFormatting = .withoutEscapingSlashes
            let rules = try texts.enumerated().map { index, text in
                "  - record: r\(index)\n    expr: \(String(decoding: try encoder.encode(text), as: UTF8.self))\n"
            }
            let file = "\(folder)/rules.yaml"
            try "groups:\n- name: all\n  rules:\n\(rules.joined())".write(
                toFile: file, atomically: true, encoding: .utf8)
            let result = try await run(
                .name("promtool"), arguments: ["check", "rules", file], output: .string(limit: 16_777_216),
                error: .string(limit: 16_777_216))
            let said = result.standardOutput + result.standardError
            try #require(said.contains("Checking \(file)"), "\(said.prefix(500))")
            let names = said.matches(of: /rule [0-9]+, "r(?<index>[0-9]+)"/).compactMap { Int($0.output.index) }
            let isRefused = !result.terminationStatus.isSuccess
            try #require(isRefused == !names.isEmpty, "\(said.prefix(500))")
            return Set(names)
        }
    }
}

/// Makes expressions as a hand does that slips: characters lost, doubled, exchanged and put in.
private struct Slips {
    private static let pieces = [
        "(", ")", "[", "]", "{", "}", ",", ":", "=", "!", "~", "<", ">", "+", "-", "*", "/", "%", "^", "@", "\"", "'",
        "`",
        "#", "\n", ".", "\\", "|", "?", "0", "1", "9", "a", "e", "s", "m", "h", "x", "_", " ", "$", " by ", " offset ",
        " bool ", " on(a) ", "[5m]", "[5m:1m]", " @ 1", " and ", " or ", "group_left ", "sum", "rate(", "inf", "5m",
        "{a=~\"",
    ]
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(state: seed) }

    mutating func text() -> String {
        var text = Array(pick(PromQLTable.good).unicodeScalars)
        for _ in 0..<Int.random(in: 1...3, using: &random) { slip(&text) }
        return String(String.UnicodeScalarView(text))
    }

    private mutating func slip(_ text: inout [Unicode.Scalar]) {
        let place = Int.random(in: 0...text.count, using: &random)
        let isInside = place < text.count
        switch Int.random(in: 0..<5, using: &random) {
        case 0 where isInside: text.remove(at: place)
        case 1 where isInside: text.insert(text[place], at: place)
        case 2 where place + 1 < text.count: text.swapAt(place, place + 1)
        case 3:
            // A part of another expression.
            let other = Array(pick(PromQLTable.good).unicodeScalars)
            let begin = Int.random(in: 0...other.count, using: &random)
            text.insert(contentsOf: other[begin..<min(other.count, begin + 12)], at: place)
        default: text.insert(contentsOf: pick(Self.pieces).unicodeScalars, at: place)
        }
    }

    private mutating func pick(_ texts: [String]) -> String { texts.randomElement(using: &random) ?? "" }
}
