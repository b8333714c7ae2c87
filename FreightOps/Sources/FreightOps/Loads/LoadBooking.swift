package import Foundation

/// What a customer asks for, before it has been checked.
package struct LoadBooking: Codable, Equatable, Sendable {
    package var customerId: Int?
    package var cargo: String?
    package var origin: String?
    package var destination: String?
    package var weightKilograms: Int?
    package var priceCents: Int?
    /// ISO 8601; a day from now when it is left out.
    package var pickupAt: String?
    /// ISO 8601; two days after the pickup when it is left out.
    package var deliverBy: String?
}

extension LoadBooking {
    /// A booking that can be carried out.
    package struct Checked: Equatable, Sendable {
        var customer: Customer.ID
        var cargo: String
        var origin: String
        var destination: String
        var weightKilograms: Int
        var priceCents: Int
        /// ISO 8601.
        var pickupAt: String
        var deliverBy: String
    }

    /// The booking with every field known to be good; throws all that is wrong at once.
    package func checked(now: Date) throws(FreightError) -> Checked {
        var problems: [String: String] = [:]
        let pickup = time(pickupAt, field: "pickupAt", default: now.addingTimeInterval(86_400), &problems)
        let deliver = time(deliverBy, field: "deliverBy", default: pickup.addingTimeInterval(2 * 86_400), &problems)
        if problems.isEmpty, deliver <= pickup {
            problems["deliverBy"] = "must be later than pickupAt"
        }
        let checked = Checked(
            customer: Customer.ID(number(customerId, field: "customerId", in: 1...Int(Int32.max), &problems)),
            cargo: text(cargo, field: "cargo", &problems),
            origin: text(origin, field: "origin", &problems),
            destination: text(destination, field: "destination", &problems),
            weightKilograms: number(
                weightKilograms, field: "weightKilograms", in: 1...Limits.heaviestLoadKilograms, &problems
            ),
            priceCents: number(priceCents, field: "priceCents", in: 0...Limits.highestPriceCents, &problems),
            pickupAt: pickup.formatted(.iso8601),
            deliverBy: deliver.formatted(.iso8601)
        )
        guard problems.isEmpty else { throw .invalidBooking(fields: problems) }
        return checked
    }

    private func text(_ value: String?, field: String, _ problems: inout [String: String]) -> String {
        let text = value ?? ""
        if text.allSatisfy(\.isWhitespace) {
            problems[field] = "must not be empty"
        } else if text.utf8.count > Limits.longestText || text.unicodeScalars.contains("\0") {
            problems[field] = "must be at most \(Limits.longestText) bytes of text"
        }
        return text
    }

    private func number(
        _ value: Int?, field: String, in range: ClosedRange<Int>, _ problems: inout [String: String]
    ) -> Int {
        guard let value, range.contains(value) else {
            problems[field] = "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
            return range.lowerBound
        }
        return value
    }

    private func time(
        _ value: String?, field: String, default fallback: Date, _ problems: inout [String: String]
    ) -> Date {
        guard let value else { return fallback }
        guard let date = try? Date(value, strategy: .iso8601) else {
            problems[field] = "must be a time such as 2025-06-01T08:00:00Z"
            return fallback
        }
        return date
    }
}
