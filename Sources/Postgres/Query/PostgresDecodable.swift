package import Foundation

/// A value that can be read from a column, from PostgreSQL's text format.
package protocol PostgresDecodable {
    /// Nil when the text is no such value.
    init?(postgresText: String)
    /// What SQL's NULL becomes; nil refuses it.
    static var valueOfNull: Self? { get }
}

extension PostgresDecodable {
    package static var valueOfNull: Self? { nil }
}

extension Int: PostgresDecodable {
    package init?(postgresText: String) { self.init(postgresText) }
}

extension Int64: PostgresDecodable {
    package init?(postgresText: String) { self.init(postgresText) }
}

extension Int32: PostgresDecodable {
    package init?(postgresText: String) { self.init(postgresText) }
}

extension Double: PostgresDecodable {
    package init?(postgresText: String) { self.init(postgresText) }
}

extension Bool: PostgresDecodable {
    package init?(postgresText: String) {
        switch postgresText {
        case "t": self = true
        case "f": self = false
        default: return nil
        }
    }
}

extension String: PostgresDecodable {
    package init?(postgresText: String) { self = postgresText }
}

extension Date: PostgresDecodable {
    package init?(postgresText: String) {
        guard let date = PostgresTimestamp.date(from: postgresText) else { return nil }
        self = date
    }
}

extension UUID: PostgresDecodable {
    package init?(postgresText: String) { self.init(uuidString: postgresText) }
}

extension Data: PostgresDecodable {
    package init?(postgresText: String) {
        let digits = Array(postgresText.utf8)
        guard digits.starts(with: Array("\\x".utf8)), digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 2, to: digits.count, by: 2) {
            let pair = String(decoding: digits[index..<index + 2], as: UTF8.self)
            guard let byte = UInt8(pair, radix: 16) else { return nil }
            bytes.append(byte)
        }
        self.init(bytes)
    }
}

extension Decimal: PostgresDecodable {
    package init?(postgresText: String) {
        self.init(string: postgresText, locale: Locale(identifier: "en_US_POSIX"))
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package init?(postgresText: String) {
        guard let value = Wrapped(postgresText: postgresText) else { return nil }
        self = .some(value)
    }

    package static var valueOfNull: Wrapped?? { .some(.none) }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    package init?(postgresText: String) {
        guard let elements = PostgresArrayText.elements(of: postgresText) else { return nil }
        var values: [Element] = []
        for element in elements {
            guard let value = element.map({ Element(postgresText: $0) }) ?? Element.valueOfNull else { return nil }
            values.append(value)
        }
        self = values
    }
}
