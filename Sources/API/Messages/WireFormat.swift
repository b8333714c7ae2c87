package import Foundation

/// How values are written on the wire: JSON, sorted keys, dates as ISO 8601 in UTC with milliseconds.
package enum WireFormat {
    private static let dates = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    package static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(date.formatted(dates))
        }
        return encoder
    }

    /// The same, indented, for people and files.
    package static var prettyEncoder: JSONEncoder {
        let encoder = encoder
        encoder.outputFormatting.insert(.prettyPrinted)
        return encoder
    }

    package static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            try Date(decoder.singleValueContainer().decode(String.self), strategy: dates)
        }
        return decoder
    }
}
