package import Domain

/// All environments that one request names, so that what is decided about is what is acted upon.
///
/// A right that was checked for the path's environment while the body's was changed has opened other systems
/// (gotempsh/temps #324). The HTTP layer collects every mention here and uses only what `agreed` answers.
package struct EnvironmentClaim: Sendable {
    private var mentions: [(place: String, environment: EnvironmentName)] = []

    package init() {}

    /// Adds what one place names: "path", "body", "deployment 12".
    package mutating func add(_ environment: EnvironmentName?, from place: String) {
        if let environment { mentions.append((place, environment)) }
    }

    /// The same with one more mention.
    package func adding(_ environment: EnvironmentName?, from place: String) -> EnvironmentClaim {
        var claim = self
        claim.add(environment, from: place)
        return claim
    }

    /// The one environment that the request is about, or nil where it names none.
    package func agreed() throws(AccessError) -> EnvironmentName? {
        guard let first = mentions.first else { return nil }
        if let other = mentions.first(where: { $0.environment != first.environment }) {
            throw .environmentsDiffer(
                first.environment, place: first.place, other: other.environment, otherPlace: other.place)
        }
        return first.environment
    }
}
