/// What a build prints: cut into lines, masked, passed on, and the last of it kept.
struct BuildOutput {
    private let mask: SecretMask
    private let limit: Int
    private let report: @Sendable (String) -> Void
    private var bytes = 0
    private var line: [UInt8] = []
    private(set) var lastLines: [String] = []
    /// The variables whose values were printed.
    private(set) var secretVariables: Set<String> = []

    init(mask: SecretMask, limit: Int, report: @escaping @Sendable (String) -> Void) {
        self.mask = mask
        self.limit = limit
        self.report = report
    }

    /// Takes more of the output; false when it is more than the limit.
    mutating func take(_ new: some Sequence<UInt8>) -> Bool {
        for byte in new {
            bytes += 1
            guard bytes <= limit else { return false }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                endLine()
            } else {
                line.append(byte)
                if line.count == Limits.buildLineBytes { endLine() }
            }
        }
        return true
    }

    /// Passes on a last line without its end.
    mutating func finish() { endLine() }

    private mutating func endLine() {
        guard !line.isEmpty else { return }
        let text = mask.masking(Self.printable(line), noting: &secretVariables)
        line.removeAll(keepingCapacity: true)
        lastLines.append(text)
        if lastLines.count > Limits.buildLastLines { lastLines.removeFirst() }
        report(text)
    }

    /// Control characters could rewrite what the terminal shows; colours are kept.
    private static func printable(_ line: [UInt8]) -> String {
        String(
            String.UnicodeScalarView(
                String(decoding: line, as: UTF8.self).unicodeScalars.filter {
                    $0.value >= 0x20 && $0.value != 0x7f || $0 == "\t" || $0 == "\u{1B}"
                }))
    }
}
