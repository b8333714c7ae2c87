extension PromQLLexer {
    /// A number or a duration, of which the first scalar is read already.
    mutating func number() -> PromQLToken {
        position -= 1
        let first = position
        let isHexadecimal = take("0") && (take("x") || take("X"))
        takeAll { isHexadecimal ? $0.isHexDigit || $0 == "_" : $0.isDigit || $0 == "_" }
        if take(".") { takeAll { $0.isDigit || $0 == "_" } }
        if !isHexadecimal, take("e") || take("E") {
            if !take("+") { _ = take("-") }
            takeAll(where: \.isDigit)
        }
        if current?.isWordPart != true, PromQLNumber.value(of: written(from: first)) != nil { return token(.number) }
        takeUnits()
        if current?.isWordPart != true, PromQLDuration.seconds(of: written(from: first)) != nil {
            return token(.duration)
        }
        takeAll { $0.isWordPart || $0 == "." }
        return fault("'\(written(from: first).shortened)' is neither a number nor a duration such as 90s, 5m or 1h30m")
    }

    private mutating func takeUnits() { takeAll { $0.isDigit || PromQLDuration.letters.contains($0) } }
}

/// Numbers as PromQL writes them.
enum PromQLNumber {
    /// The value of `12`, `1.5e3`, `0x1f`, `1_000`, `Inf` or `NaN`; nil for anything else, and for what is too large.
    static func value(of text: String) -> Double? {
        switch PromQLKeyword.named(text) {
        case .infinity: return .infinity
        case .notANumber: return .nan
        default: break
        }
        guard let digits = withoutUnderscores(text) else { return nil }
        if digits.lowercased().hasPrefix("0x") { return Int64(digits.dropFirst(2), radix: 16).map { Double($0) } }
        let decimal = /(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+\-]?[0-9]+)?/
        guard digits.wholeMatch(of: decimal) != nil, let value = Double(digits), value.isFinite else { return nil }
        return value
    }

    /// Underscores stand between digits only.
    private static func withoutUnderscores(_ text: String) -> String? {
        guard text.contains("_") else { return text }
        let scalars = Array(text.unicodeScalars)
        let isRight = scalars.indices.allSatisfy { index in
            scalars[index] != "_"
                || (scalars.indices.contains(index + 1) && index > 0 && scalars[index - 1].isHexDigit
                    && scalars[index + 1].isHexDigit)
        }
        return isRight ? text.replacing("_", with: "") : nil
    }
}

/// Durations as PromQL writes them: `90s`, `1h30m`, largest unit first.
enum PromQLDuration {
    static let letters: [Unicode.Scalar] = ["y", "w", "d", "h", "m", "s"]
    private static let millisecondsOf: [(unit: Substring, count: Int64)] = [
        ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000),
        ("ms", 1),
    ]
    /// Prometheus keeps nanoseconds in 64 bits.
    private static let mostMilliseconds = Int64.max / 1_000_000

    /// The seconds of a duration; nil for anything else, and for what is too long for Prometheus.
    static func seconds(of text: String) -> Double? {
        var rest = text[...]
        var units = millisecondsOf[...]
        var sum: Int64 = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            let unit = rest.dropFirst(digits.count).prefix { !$0.isNumber }
            guard !digits.isEmpty, let place = units.firstIndex(where: { $0.unit == unit }) else { return nil }
            guard let number = Int64(digits), number <= mostMilliseconds / units[place].count else { return nil }
            sum += number * units[place].count
            guard sum <= mostMilliseconds else { return nil }
            rest = rest.dropFirst(digits.count + unit.count)
            units = units[(place + 1)...]
        }
        return text.isEmpty ? nil : Double(sum) / 1_000
    }
}
