/// Goods that a customer wants carried from one place to another for a price.
package struct Load: Codable, Equatable, Sendable {
    package typealias ID = Identifier<Load>

    package var id: ID
    package var customerId: Customer.ID
    package var customer: String
    package var cargo: String
    package var origin: String
    package var destination: String
    package var weightKilograms: Int
    package var priceCents: Int
    package var status: LoadStatus
    package var vehicleId: Vehicle.ID?
    package var vehicle: String?
    package var driverId: Driver.ID?
    package var driver: String?
    /// Times are ISO 8601 in UTC, as the database formats them.
    package var pickupAt: String
    package var deliverBy: String
    package var isOverdue: Bool
}
