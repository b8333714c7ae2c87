/// How amounts and times are written for people.
enum Wording {
    /// `$1,234.50`
    static func dollars(cents: Int) -> String {
        let remainder = cents % 100
        return "$\(grouped(cents / 100)).\(remainder < 10 ? "0" : "")\(remainder)"
    }

    /// `12,400 kg`
    static func kilograms(_ kilograms: Int) -> String {
        "\(grouped(kilograms)) kg"
    }

    /// `2025-06-01 08:00` of `2025-06-01T08:00:00Z`.
    static func time(_ iso8601: String) -> String {
        iso8601.prefix(16).split(separator: "T").joined(separator: " ")
    }

    static func grouped(_ number: Int) -> String {
        var digits = String(number)
        var position = digits.count - 3
        while position > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: position))
            position -= 3
        }
        return digits
    }
}
