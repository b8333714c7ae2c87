/// The number under which the database knows a `Subject`.
package struct Identifier<Subject>: Hashable, Codable, Sendable, LosslessStringConvertible {
    package let number: Int

    package init(_ number: Int) {
        self.number = number
    }

    package init?(_ description: String) {
        guard let number = Int(description), number > 0 else { return nil }
        self.number = number
    }

    package init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }

    package var description: String { String(number) }
}
