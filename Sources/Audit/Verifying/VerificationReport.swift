/// What a verification found.
package struct VerificationReport: Codable, Equatable, Sendable {
    /// Something that is not as it must be.
    package struct Finding: Codable, Equatable, Sendable {
        /// What kind of thing it is, for programs.
        package enum Kind: String, Codable, CaseIterable, Sendable {
            case badSignature, bundleMissing, bundleCut, entryAltered, entryMalformed, wrongSequence
            case tileMissing, tileAltered, rootMismatch
            case rememberedForeign, rolledBack, inconsistent, notComparable
            case openIntent, unknownIntent, approvalsMissing, breakGlassMissing, reviewMissing
        }

        package let kind: Kind
        /// The entry's sequence number, or that of the first entry that is concerned.
        package let entry: Int?
        /// The same in one sentence.
        package let sentence: String
    }

    package var origin: String
    /// Entries that the checkpoint counts.
    package var size: Int
    /// The root that the checkpoint signs, in base64.
    package var root: String
    /// The public key with which the checkpoint was checked.
    package var key: String
    /// Entries that were hashed again.
    package var rehashed = 0
    /// Entries before this one were pruned, and could not be hashed again.
    package var minimum = 0
    /// In words, at most 100 of each kind.
    package var findings: [Finding] = []
    /// All of them.
    package var findingCount = 0
    /// What could not be checked and is no fault.
    package var notes: [String] = []

    /// Whether everything holds.
    package var holds: Bool { findingCount == 0 }

    mutating func add(_ finding: Finding) {
        findingCount += 1
        if findings.count(where: { $0.kind == finding.kind }) < Limits.findingsOfKind { findings.append(finding) }
    }

    mutating func add(_ kind: Finding.Kind, entry: Int? = nil, _ sentence: String) {
        add(Finding(kind: kind, entry: entry, sentence: sentence))
    }

    /// Puts findings in the order of entries, those of the whole log first.
    mutating func sort() {
        findings.sort { ($0.entry ?? -1, $0.kind.rawValue) < ($1.entry ?? -1, $1.kind.rawValue) }
    }
}
