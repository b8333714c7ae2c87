extension PromQLLexer {
    /// A string between quotes, with escapes as Go has them.
    mutating func string(quotedBy quote: Unicode.Scalar) -> PromQLToken {
        var bytes: [UInt8] = []
        while let scalar = current, scalar != "\n" {
            position += 1
            if scalar == quote { return token(.string(bytes)) }
            if scalar != "\\" {
                bytes += String(scalar).utf8
                continue
            }
            guard let escaped = escape(quote) else {
                return fault("the string has a '\\' that begins no escape; write '\\\\' for one that is meant")
            }
            bytes += escaped
        }
        return fault("the string has no closing \(quote)")
    }

    /// A string between backticks, in which nothing is escaped.
    mutating func rawString() -> PromQLToken {
        let first = position
        takeAll { $0 != "`" }
        let bytes = Array(written(from: first).utf8)
        return take("`") ? token(.string(bytes)) : fault("the string has no closing `")
    }

    /// The bytes of an escape of which the backslash is read.
    private mutating func escape(_ quote: Unicode.Scalar) -> [UInt8]? {
        guard let scalar = current else { return nil }
        if scalar == quote || scalar == "\\" {
            position += 1
            return Array(String(scalar).utf8)
        }
        if ("0"..."7").contains(scalar) { return code(digits: 3, radix: 8).flatMap { UInt8(exactly: $0) }.map { [$0] } }
        position += 1
        switch scalar {
        case "x": return code(digits: 2, radix: 16).flatMap { UInt8(exactly: $0) }.map { [$0] }
        case "u": return code(digits: 4, radix: 16).flatMap(Unicode.Scalar.init).map { Array(String($0).utf8) }
        case "U": return code(digits: 8, radix: 16).flatMap(Unicode.Scalar.init).map { Array(String($0).utf8) }
        default: return Self.controls[scalar].map { [$0] }
        }
    }

    private static let controls: [Unicode.Scalar: UInt8] = [
        "a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13,
    ]

    private mutating func code(digits: Int, radix: UInt32) -> UInt32? {
        var code: UInt32 = 0
        for _ in 0..<digits {
            guard let value = current?.hexValue, value < radix else { return nil }
            let (product, overflow) = code.multipliedReportingOverflow(by: radix)
            guard !overflow else { return nil }
            code = product + value
            position += 1
        }
        return code
    }
}
