package import Foundation

/// The type that a parameter is announced with; numbers are those of the server's `pg_type` catalog.
package struct PostgresType: Sendable, Equatable {
    package let objectIdentifier: UInt32

    /// Left to the server, which takes it from the parameter's place: text, an enum, JSON, a date.
    package static let inferred = PostgresType(objectIdentifier: 0)
    package static let boolean = PostgresType(objectIdentifier: 16)
    package static let bytes = PostgresType(objectIdentifier: 17)
    package static let bigInteger = PostgresType(objectIdentifier: 20)
    package static let integer = PostgresType(objectIdentifier: 23)
    package static let doublePrecision = PostgresType(objectIdentifier: 701)
    package static let textArray = PostgresType(objectIdentifier: 1009)
    package static let bigIntegerArray = PostgresType(objectIdentifier: 1016)
    package static let timestampWithTimeZone = PostgresType(objectIdentifier: 1184)
    package static let numeric = PostgresType(objectIdentifier: 1700)
    package static let uuid = PostgresType(objectIdentifier: 2950)
}

/// A value that can be a parameter of a query, in PostgreSQL's text format.
package protocol PostgresEncodable: Sendable {
    static var postgresType: PostgresType { get }
    /// Nil is SQL's NULL.
    var postgresText: String? { get }
}

extension Int: PostgresEncodable {
    package static var postgresType: PostgresType { .bigInteger }
    package var postgresText: String? { String(self) }
}

extension Int64: PostgresEncodable {
    package static var postgresType: PostgresType { .bigInteger }
    package var postgresText: String? { String(self) }
}

extension Int32: PostgresEncodable {
    package static var postgresType: PostgresType { .integer }
    package var postgresText: String? { String(self) }
}

extension Double: PostgresEncodable {
    package static var postgresType: PostgresType { .doublePrecision }
    package var postgresText: String? {
        if isNaN { return "NaN" }
        return isInfinite ? (self < 0 ? "-Infinity" : "Infinity") : String(self)
    }
}

extension Bool: PostgresEncodable {
    package static var postgresType: PostgresType { .boolean }
    package var postgresText: String? { self ? "t" : "f" }
}

extension String: PostgresEncodable {
    package static var postgresType: PostgresType { .inferred }
    package var postgresText: String? { self }
}

extension Date: PostgresEncodable {
    package static var postgresType: PostgresType { .timestampWithTimeZone }
    package var postgresText: String? { PostgresTimestamp.text(of: self) }
}

extension UUID: PostgresEncodable {
    package static var postgresType: PostgresType { .uuid }
    package var postgresText: String? { uuidString }
}

extension Data: PostgresEncodable {
    package static var postgresType: PostgresType { .bytes }
    package var postgresText: String? {
        let digits = Array("0123456789abcdef".utf8)
        var text = Array("\\x".utf8)
        text.reserveCapacity(2 + 2 * count)
        for byte in self {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension Decimal: PostgresEncodable {
    package static var postgresType: PostgresType { .numeric }
    package var postgresText: String? { description }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    package static var postgresType: PostgresType { Wrapped.postgresType }
    package var postgresText: String? { flatMap(\.postgresText) }
}

/// A value that an array parameter can hold.
package protocol PostgresArrayElement: PostgresEncodable {
    static var postgresArrayType: PostgresType { get }
}

extension String: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .textArray }
}

extension Int: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .bigIntegerArray }
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    package static var postgresType: PostgresType { Element.postgresArrayType }
    package var postgresText: String? {
        let elements = map { element in
            guard let text = element.postgresText else { return "NULL" }
            return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        return "{" + elements.joined(separator: ",") + "}"
    }
}
