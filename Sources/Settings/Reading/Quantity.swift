/// Durations, sizes and percentages as people write them: a number and its unit, without a space.
package enum Quantity {
    private static let durationUnits = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)]
    private static let sizeUnits = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]

    /// The milliseconds of `250ms`, `30s`, `5m`, `2h`, `1d`; nil for anything else.
    package static func milliseconds(_ text: String) -> Int? { value(of: text, in: durationUnits) }

    /// The bytes of `64KiB`, `512MiB`, `2GiB`; nil for anything else.
    static func bytes(_ text: String) -> Int? { value(of: text, in: sizeUnits) }

    /// The hundredths of a percent in `5%`, `0.5%`, `12.25%`; nil for anything else.
    static func basisPoints(_ text: String) -> Int? {
        guard let parts = text.wholeMatch(of: /(?<whole>[0-9]{1,6})(?:\.(?<fraction>[0-9]{1,2}))?%/)?.output else {
            return nil
        }
        let fraction = "\(parts.fraction ?? "")00".prefix(2)
        return Int("\(parts.whole)\(fraction)")
    }

    /// The shortest way to write that many hundredths of a percent.
    static func percentage(_ basisPoints: Int) -> String {
        let (whole, rest) = (basisPoints / 100, basisPoints % 100)
        if rest == 0 { return "\(whole)%" }
        return rest.isMultiple(of: 10) ? "\(whole).\(rest / 10)%" : "\(whole).\(rest < 10 ? "0" : "")\(rest)%"
    }

    /// The shortest way to write that many milliseconds.
    static func duration(_ milliseconds: Int) -> String { text(of: milliseconds, in: durationUnits, smallest: "ms") }

    /// The shortest way to write that many bytes.
    static func size(_ bytes: Int) -> String { text(of: bytes, in: sizeUnits, smallest: "B") }

    private static func value(of text: String, in units: [(String, Int)]) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count)
        guard let number = Int(digits), let factor = units.first(where: { $0.0 == unit })?.1 else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }

    private static func text(of value: Int, in units: [(String, Int)], smallest: String) -> String {
        guard value > 0, let (unit, factor) = units.first(where: { value.isMultiple(of: $0.1) }) else {
            return value == 0 ? "0\(units.last?.0 ?? smallest)" : "\(value)\(smallest)"
        }
        return "\(value / factor)\(unit)"
    }
}
