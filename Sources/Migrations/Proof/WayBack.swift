/// Whether an expansion can be taken back, as a rehearsal has tried it.
package struct WayBack: Sendable, Equatable, Codable {
    package let kind: Kind
    /// Why it is not reversible, what goes with it and what could not be tried: one sentence each.
    package let reasons: [String]

    /// How far a way back leads.
    package enum Kind: String, Sendable, Codable {
        /// Catalog and rows are as before, and rows written meanwhile are kept.
        case reversible
        /// The catalog is as before; rows or values are not, or what the new release writes goes with what was made.
        case schemaOnly = "schema-only"
        case irreversible
    }

    package init(_ kind: Kind, _ reasons: [String] = []) {
        self.kind = kind
        self.reasons = reasons
    }
}

extension WayBack: CustomStringConvertible {
    package var description: String { kind.rawValue + (reasons.isEmpty ? "" : ": ") + reasons.joined(separator: " ") }
}
