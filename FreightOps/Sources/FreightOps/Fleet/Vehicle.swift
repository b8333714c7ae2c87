/// A truck of the fleet.
package struct Vehicle: Codable, Equatable, Sendable {
    package typealias ID = Identifier<Vehicle>

    package var id: ID
    package var plate: String
    /// Nil when the columns that this release reads say nothing.
    package var equipment: Equipment?
    package var capacityKilograms: Int
    /// Whether it carries no load at the moment.
    package var isFree: Bool
}
