package import Domain

/// What a redactor looks for: secrets in all their encodings, made ready once and used by any number of streams.
package final class RedactionPatterns: Sendable {
    /// What finds them.
    package enum Engine: String, CaseIterable, Sendable {
        /// Hyperscan or Vectorscan, where it is installed and the processor has what it needs.
        case hyperscan
        /// Swift alone; the same results, slower.
        case portable
    }

    /// The one in use; nil where there is nothing to look for.
    package let engine: Engine?
    let literals: LiteralSet
    private let hyperscan: HyperscanMatcher?
    /// What is put in a secret's place, by its number.
    let replacements: [[UInt8]]

    /// Whether Hyperscan can be used here.
    package static var hasHyperscan: Bool { HyperscanLibrary.loaded != nil }

    /// Looks for nothing but card numbers.
    package static let none = RedactionPatterns([])

    /// A name may have several values. `engine` names one for tests and measurements; the fastest is taken otherwise.
    package init(_ secrets: [(name: VariableName, secret: Secret)], engine: Engine? = nil) {
        let names = Set(secrets.map(\.name)).sorted()
        replacements = names.map { Array("[redacted:\($0)]".utf8) }
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int32($0)) })
        var forms: [[UInt8]: Int32] = [:]
        for (name, secret) in secrets {
            for literal in Self.literals(of: secret) {
                // Where two secrets have a form in common, the first name stands for it.
                forms[literal] = min(forms[literal] ?? .max, numbers[name] ?? .max)
            }
        }
        literals = LiteralSet(forms)
        hyperscan = engine == .portable ? nil : HyperscanMatcher(literals)
        self.engine = forms.isEmpty ? nil : hyperscan == nil ? .portable : .hyperscan
    }

    /// Texts that are looked for.
    package var literalCount: Int { literals.count }

    func appendMatches(in buffer: UnsafeRawBufferPointer, to matches: inout [LiteralMatch]) {
        if let hyperscan, hyperscan.appendMatches(in: buffer, to: &matches) { return }
        literals.appendMatches(in: buffer, to: &matches)
    }

    private static func literals(of secret: Secret) -> Set<[UInt8]> {
        let value = secret.withBytes { Array($0) }
        guard value.count >= Limits.redactedBytes else { return [] }
        var forms = SecretParts.all(of: value).reduce(into: Set<[UInt8]>()) {
            $0.formUnion(SecretEncodings.all(of: $1))
        }
        for line in SecretParts.lines(of: value) {
            forms.insert(line)
            for style in JSONStyle.all { forms.insert(SecretEncodings.json(line, style: style)) }
        }
        return forms.reduce(into: []) { $0.formUnion(pieces(of: $1)) }
    }

    /// A long form in pieces, each of which gives the secret away, so that little has to be held back.
    private static func pieces(of form: [UInt8]) -> [[UInt8]] {
        guard form.count > Limits.wholeLiteralBytes else { return [form] }
        let starts = stride(from: 0, through: form.count - Limits.pieceBytes, by: Limits.pieceBytes)
        return (Array(starts) + [form.count - Limits.pieceBytes]).map { Array(form[$0..<($0 + Limits.pieceBytes)]) }
    }
}
