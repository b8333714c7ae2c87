package import Foundation

/// The head of a log, signed: how many entries it has and the root of their tree (C2SP tlog-checkpoint).
package struct SignedCheckpoint: Equatable, Sendable, CustomStringConvertible {
    /// One line below the text: whose signature it is, and its bytes with the key's identifier before them.
    struct Signature: Equatable, Sendable {
        let name: String
        let bytes: [UInt8]

        var line: String { "\u{2014} \(name) \(Data(bytes).base64EncodedString())\n" }
    }

    /// The log's name, the checkpoint's first line.
    package let origin: String
    /// How many entries the log has.
    package let size: Int
    package let root: TreeHash
    /// What is signed, its last newline included.
    let text: String
    private(set) var signatures: [Signature]

    /// Signs a new one.
    init(size: Int, root: TreeHash, signer: NoteSigningKey) throws {
        origin = signer.verifierKey.name
        self.size = size
        self.root = root
        text = "\(origin)\n\(size)\n\(root.base64)\n"
        let signature = try signer.signature(of: Data(text.utf8))
        signatures = [Signature(name: origin, bytes: signer.verifierKey.identifier + signature)]
    }

    /// Reads a checkpoint; checks its form and no signature.
    package init(_ note: String) throws(AuditError) {
        guard note.utf8.count <= Limits.checkpointBytes else { throw .badCheckpoint(why: "it is too long") }
        guard let (body, signatureLines) = Self.divide(note) else {
            throw .badCheckpoint(why: "it has no signature below an empty line")
        }
        let lines = body.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 4, VerifierKey.accepts(name: String(lines[0])) else {
            throw .badCheckpoint(why: "it lacks origin, size or root")
        }
        guard let size = Int(lines[1]), size >= 0, String(size) == lines[1] else {
            throw .badCheckpoint(why: "'\(lines[1].prefix(40))' is no size")
        }
        guard let root = TreeHash(base64: String(lines[2])) else {
            throw .badCheckpoint(why: "'\(lines[2].prefix(60))' is no root")
        }
        origin = String(lines[0])
        self.size = size
        self.root = root
        text = String(body)
        signatures = try signatureLines.map { line throws(AuditError) in try Self.signature(of: line) }
    }

    package var description: String { text + "\n" + signatures.map(\.line).joined() }

    /// Whether it carries a good signature of this key and no bad one of it.
    package func isSigned(by key: VerifierKey) -> Bool {
        let own = signatures.filter { $0.name == key.name && $0.bytes.prefix(4) == key.identifier[...] }
        return !own.isEmpty && own.allSatisfy { accepts($0.bytes.dropFirst(4), by: key) }
    }

    /// When a witness cosigned it; nil where it carries no good cosignature of that key.
    package func time(ofCosignatureBy key: VerifierKey) -> Date? {
        guard key.algorithm == .cosignature, isSigned(by: key) else { return nil }
        let own = signatures.filter { $0.name == key.name && $0.bytes.prefix(4) == key.identifier[...] }
        return own.compactMap { Cosignature($0.bytes.dropFirst(4))?.timestamp }.max()
            .map { Date(timeIntervalSince1970: Double($0)) }
    }

    /// The same with further signature lines, such as a witness answers.
    package func adding(signatureLines: String) throws(AuditError) -> SignedCheckpoint {
        try SignedCheckpoint(description + signatureLines)
    }

    private func accepts(_ signature: ArraySlice<UInt8>, by key: VerifierKey) -> Bool {
        switch key.algorithm {
        case .ed25519: key.accepts(Data(signature), of: Data(text.utf8))
        case .cosignature: Cosignature(signature).map { $0.holds(for: text, by: key) } ?? false
        }
    }

    /// The text with its newline, and the lines below the last empty line.
    private static func divide(_ note: String) -> (body: Substring, signatures: [Substring])? {
        let hasControls = note.utf8.contains { $0 < 0x20 && $0 != 0x0a }
        guard !hasControls, note.hasSuffix("\n"), let gap = note.range(of: "\n\n", options: .backwards) else {
            return nil
        }
        let lines = note[gap.upperBound...].split(separator: "\n")
        guard !lines.isEmpty, lines.count <= Limits.noteSignatures else { return nil }
        return (note[..<note.index(after: gap.lowerBound)], lines)
    }

    private static func signature(of line: Substring) throws(AuditError) -> Signature {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "\u{2014}", VerifierKey.accepts(name: String(parts[1])),
            let data = Data(base64Encoded: String(parts[2])), data.count > 4
        else { throw .badCheckpoint(why: "a line below it is no signature") }
        return Signature(name: String(parts[1]), bytes: Array(data))
    }
}
