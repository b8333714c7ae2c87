import TestSupport
import Testing

/// What a background process of the example wrote into the folder that releases share.
struct BackgroundLog {
    struct Line {
        let release: String
        let pid: String
        /// `begins`, `works` or `ends`.
        let verb: String
    }

    let lines: [Line]

    init(_ process: String, of switchyard: SwitchyardFixture) {
        let text = (try? switchyard.sharedText("data/\(process).log")) ?? ""
        // A line that is just being written has no end yet.
        let whole = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        lines = whole.compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            return words.count == 3 ? Line(release: words[0], pid: words[1], verb: words[2]) : nil
        }
    }

    /// Expects that a process says nothing once another one has begun, and that it ended before unless it was killed.
    func expectOneAtATime(killed: Bool = false, sourceLocation: SourceLocation = #_sourceLocation) {
        var gone: Set<String> = []
        for (line, next) in zip(lines, lines.dropFirst()) where line.pid != next.pid {
            gone.insert(line.pid)
            #expect(next.verb == "begins", "\(next) while \(line) runs", sourceLocation: sourceLocation)
            #expect(!gone.contains(next.pid), "\(next) again after \(line)", sourceLocation: sourceLocation)
            #expect(killed || line.verb == "ends", "\(next) while \(line) runs", sourceLocation: sourceLocation)
        }
    }
}
