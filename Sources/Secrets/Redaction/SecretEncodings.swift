/// The forms in which a value may stand in a text: as it is, and as programs encode it.
enum SecretEncodings {
    /// Each form once.
    static func all(of value: [UInt8]) -> Set<[UInt8]> {
        var forms: Set<[UInt8]> = [value]
        for isUpper in [false, true] { forms.insert(hexadecimal(value, isUpper: isUpper)) }
        for alphabet in Base64Alphabet.allCases { forms.formUnion(base64Parts(of: value, alphabet: alphabet)) }
        for style in PercentStyle.all { forms.insert(percent(value, style: style)) }
        for style in JSONStyle.all { forms.insert(json(value, style: style)) }
        // A line of JSON within JSON, as container engines log it.
        forms.insert(json(json(value, style: .plain), style: .plain))
        return forms
    }

    static func hexadecimal(_ bytes: [UInt8], isUpper: Bool) -> [UInt8] {
        bytes.flatMap { hexadecimal($0, isUpper: isUpper) }
    }

    fileprivate static func hexadecimal(_ byte: UInt8, isUpper: Bool) -> [UInt8] {
        let digits = isUpper ? upperDigits : lowerDigits
        return [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    private static let lowerDigits = Array("0123456789abcdef".utf8)
    private static let upperDigits = Array("0123456789ABCDEF".utf8)
}

// MARK: Base64

/// The two alphabets of RFC 4648.
enum Base64Alphabet: CaseIterable {
    case standard
    case url

    fileprivate var characters: [UInt8] {
        Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
            + Array((self == .standard ? "+/" : "-_").utf8)
    }
}

extension SecretEncodings {
    static func base64(_ bytes: [UInt8], alphabet: Base64Alphabet, isPadded: Bool) -> [UInt8] {
        let characters = alphabet.characters
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0...group.count { text.append(characters[bits >> (18 - 6 * place) & 63]) }
            if isPadded { text += Array(repeating: UInt8(ascii: "="), count: 3 - group.count) }
        }
        return text
    }

    /// What is certain to stand in the Base64 of a text that holds the value, wherever it stands there.
    ///
    /// A character is six bits, so the value can begin at three places within one; characters that it shares with its
    /// neighbours are left out, except the last where nothing follows it.
    fileprivate static func base64Parts(of value: [UInt8], alphabet: Base64Alphabet) -> Set<[UInt8]> {
        var parts: Set<[UInt8]> = []
        for before in 0..<3 {
            let bits = 8 * (before + value.count)
            let text = base64(Array(repeating: 0, count: before) + value, alphabet: alphabet, isPadded: true)
            let own = text.dropFirst((8 * before + 5) / 6)
            parts.insert(Array(own.prefix(upTo: bits / 6)))
            guard bits % 6 != 0 else { continue }
            parts.insert(Array(own.prefix(upTo: bits / 6 + 1)))
            parts.insert(Array(own))
        }
        parts.formUnion(wrappedLines(of: value, alphabet: alphabet))
        return parts
    }

    /// The lines in which programs break long Base64 (76 in MIME and coreutils, 64 in PEM).
    private static func wrappedLines(of value: [UInt8], alphabet: Base64Alphabet) -> Set<[UInt8]> {
        let text = base64(value, alphabet: alphabet, isPadded: true)
        var lines: Set<[UInt8]> = []
        for width in [64, 76] where text.count > width {
            for start in stride(from: 0, to: text.count, by: width) {
                let line = text[start..<min(start + width, text.count)]
                if line.count >= Limits.redactedLineBytes { lines.insert(Array(line)) }
            }
        }
        return lines
    }
}

// MARK: Percent encoding

/// Which characters a percent-encoder leaves as they are.
struct PercentStyle {
    /// Beside letters and digits.
    private let kept: Set<UInt8>
    private let keepsLettersAndDigits: Bool
    private let isUpper: Bool
    private let spaceIsPlus: Bool

    private init(_ kept: String, keepsLettersAndDigits: Bool = true, isUpper: Bool, spaceIsPlus: Bool = false) {
        self.kept = Set(kept.utf8)
        self.keepsLettersAndDigits = keepsLettersAndDigits
        self.isUpper = isUpper
        self.spaceIsPlus = spaceIsPlus
    }

    static let all = [false, true].flatMap { isUpper in
        [
            // RFC 3986's unreserved ones; Python's quote; encodeURIComponent; encodeURI; paths and users in Go; letters.
            "-._~", "-._~/", "-._~!*'()", "-._~!*'();/?:@&=+$,#", "-._~$&+=:@", "-._~$&+,/;=", "",
        ].map { PercentStyle($0, isUpper: isUpper) } + [
            // Forms: the standard's and Python's quote_plus.
            PercentStyle("*-._", isUpper: isUpper, spaceIsPlus: true),
            PercentStyle("-._~", isUpper: isUpper, spaceIsPlus: true),
            PercentStyle("", keepsLettersAndDigits: false, isUpper: isUpper),
        ]
    }

    fileprivate func encoded(_ byte: UInt8) -> [UInt8] {
        if spaceIsPlus, byte == UInt8(ascii: " ") { return [UInt8(ascii: "+")] }
        let isLetterOrDigit =
            byte < 0x80 && (Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber)
        if kept.contains(byte) || (isLetterOrDigit && keepsLettersAndDigits) { return [byte] }
        return [UInt8(ascii: "%")] + SecretEncodings.hexadecimal(byte, isUpper: isUpper)
    }
}

extension SecretEncodings {
    static func percent(_ bytes: [UInt8], style: PercentStyle) -> [UInt8] {
        bytes.flatMap { style.encoded($0) }
    }
}

// MARK: JSON

/// Which characters a writer of JSON escapes beyond those that it must.
struct JSONStyle {
    fileprivate var escapesSlash = false
    /// Characters that are written as \uXXXX.
    fileprivate var asUnits: Set<UInt8> = []
    fileprivate var escapesNonASCII = false
    fileprivate var escapesEverything = false
    fileprivate var isUpper = false

    static let plain = JSONStyle()

    private static let markup = Set("<>&".utf8)
    private static let quotesAndMarkup = Set("<>&'\"+`".utf8)

    static let all =
        [JSONStyle(), JSONStyle(asUnits: markup), JSONStyle(escapesNonASCII: true)].flatMap { style in
            // PHP escapes slashes, Go markup, Python what is not ASCII.
            [false, true].map { escapesSlash in
                var style = style
                style.escapesSlash = escapesSlash
                return style
            }
        } + [
            JSONStyle(asUnits: markup, escapesNonASCII: true),
            JSONStyle(escapesNonASCII: true, isUpper: true),
            // .NET's way.
            JSONStyle(asUnits: quotesAndMarkup, escapesNonASCII: true, isUpper: true),
            JSONStyle(escapesEverything: true), JSONStyle(escapesEverything: true, isUpper: true),
        ]
}

extension SecretEncodings {
    /// The inside of a JSON string; bytes that are no UTF-8 stay as they are.
    static func json(_ bytes: [UInt8], style: JSONStyle) -> [UInt8] {
        guard style.escapesNonASCII || style.escapesEverything, let text = String(validating: bytes, as: UTF8.self)
        else { return bytes.flatMap { json($0, style: style) } }
        return text.utf16.flatMap { unit in
            unit < 0x80 && !style.escapesEverything
                ? json(UInt8(unit), style: style) : escaped(unit, isUpper: style.isUpper)
        }
    }

    private static let named: [UInt8: UInt8] = [
        0x08: UInt8(ascii: "b"), 0x09: UInt8(ascii: "t"), 0x0A: UInt8(ascii: "n"), 0x0C: UInt8(ascii: "f"),
        0x0D: UInt8(ascii: "r"), UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    ]

    private static func json(_ byte: UInt8, style: JSONStyle) -> [UInt8] {
        if style.asUnits.contains(byte) { return escaped(UInt16(byte), isUpper: style.isUpper) }
        if let name = named[byte] { return [UInt8(ascii: "\\"), name] }
        if style.escapesSlash, byte == UInt8(ascii: "/") { return Array("\\/".utf8) }
        return byte < 0x20 ? escaped(UInt16(byte), isUpper: style.isUpper) : [byte]
    }

    private static func escaped(_ unit: UInt16, isUpper: Bool) -> [UInt8] {
        Array("\\u".utf8) + hexadecimal([UInt8(unit >> 8), UInt8(unit & 255)], isUpper: isUpper)
    }
}
