/// Who ships loads.
package struct Customer: Codable, Equatable, Sendable {
    package typealias ID = Identifier<Customer>

    package var id: ID
    package var name: String
    package var city: String
}
