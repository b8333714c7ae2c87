/// A person who drives a vehicle of the fleet.
package struct Driver: Codable, Equatable, Sendable {
    package typealias ID = Identifier<Driver>

    package var id: ID
    package var name: String
    package var phone: String
    /// Whether the driver carries no load at the moment.
    package var isFree: Bool
}
