/// Why a text is no PromQL, and where.
package struct PromQLFault: Error, Equatable, CustomStringConvertible {
    /// Unicode scalars before the place, from 0.
    package let offset: Int
    /// What was found and what belongs there, as the end of a sentence, without its full stop.
    package let reason: String

    package var description: String { "character \(offset + 1): \(reason)" }
}
