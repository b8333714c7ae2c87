/// Takes secrets and card numbers out of a stream of bytes that comes in pieces of any size.
///
/// Only what may be the beginning of something secret is held back; a line that ends without is passed on at once.
/// What comes out does not depend on where the pieces end.
package struct Redactor: Sendable {
    private var patterns: RedactionPatterns
    /// Bytes from the first on that may be the beginning of a secret.
    private var held: [UInt8] = []
    /// So many of the held bytes, from the first on, belong to a secret whose replacement is written already.
    private var covered = 0
    /// The replacement that was written last, while nothing has followed it: pieces of one secret get one replacement.
    private var lastReplacement: Int32?
    private var cards = CardMask()
    private var matches: [LiteralMatch] = []

    package init(_ patterns: RedactionPatterns) {
        self.patterns = patterns
    }

    /// Takes the next bytes and answers those that can be passed on.
    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        let isWhole: Void? = bytes.withContiguousStorageIfAvailable {
            feed(UnsafeRawBufferPointer($0), into: &output)
        }
        if isWhole == nil { Array(bytes).withUnsafeBytes { feed($0, into: &output) } }
        return output
    }

    /// The same, without making an array for each call.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        held.append(contentsOf: bytes)
        advance(isEnd: false)
        cards.pass(into: &output, isEnd: false)
    }

    /// The rest, at the end of the stream; the redactor can be used for another one.
    package mutating func finish() -> [UInt8] {
        var output: [UInt8] = []
        advance(isEnd: true)
        cards.pass(into: &output, isEnd: true)
        self = Redactor(patterns)
        return output
    }

    /// Whether there are bytes that may be the beginning of something secret.
    package var holdsBack: Bool { !held.isEmpty || cards.holdsBack }

    /// The end of a stream that goes on elsewhere: in place of what may be half of something secret a mark is left.
    package mutating func abandon() -> [UInt8] {
        var output: [UInt8] = []
        cards.pass(into: &output, isEnd: false)
        if holdsBack { output += Array("[redacted: the log was cut here]\n".utf8) }
        self = Redactor(patterns)
        return output
    }

    /// Looks for these from now on, also in what is held back.
    package mutating func replacePatterns(_ new: RedactionPatterns) {
        patterns = new
        lastReplacement = nil
    }

    /// Hands everything on that no secret can begin in any more.
    private mutating func advance(isEnd: Bool) {
        guard patterns.engine != nil else {
            cards.append(held[...])
            held.removeAll(keepingCapacity: true)
            return
        }
        matches.removeAll(keepingCapacity: true)
        let end = held.withUnsafeBytes { buffer in
            patterns.appendMatches(in: buffer, to: &matches)
            return isEnd ? buffer.count : patterns.literals.openStart(in: buffer)
        }
        if matches.count > 1 { matches.sort { ($0.start, $1.end) < ($1.start, $0.end) } }
        var (position, coveredEnd) = (min(covered, end), covered)
        // What begins at `end` or behind it may still turn out to be something longer.
        for match in matches where match.start < end {
            if match.start >= coveredEnd {
                write(position..<match.start)
                write(replacement: match.owner)
            }
            coveredEnd = max(coveredEnd, match.end)
            position = min(coveredEnd, end)
        }
        write(position..<end)
        held.removeFirst(end)
        covered = max(0, coveredEnd - end)
    }

    private mutating func write(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        cards.append(held[range])
        lastReplacement = nil
    }

    private mutating func write(replacement owner: Int32) {
        guard lastReplacement != owner else { return }
        cards.append(patterns.replacements[Int(owner)][...])
        lastReplacement = owner
    }
}

extension Redactor {
    /// One text, whole.
    package static func redacting(_ text: String, _ patterns: RedactionPatterns) -> String {
        var redactor = Redactor(patterns)
        return String(decoding: redactor.feed(text.utf8) + redactor.finish(), as: UTF8.self)
    }
}
