/// Tells card numbers from other long numbers: check digit (ISO/IEC 7812-1) and the ranges that networks issue.
enum CardNumber {
    /// A range of first digits and the lengths that are issued in it.
    private struct Range {
        let first: ClosedRange<Int>
        let lengths: ClosedRange<Int>
    }

    /// By the number of leading digits that `first` has. Without the ranges a tenth of all long numbers would be taken
    /// for cards, times in milliseconds among them.
    private static let ranges: [Int: [Range]] = [
        1: [
            Range(first: 1...1, lengths: 15...15),  // UATP
            Range(first: 4...4, lengths: 13...19),  // Visa
            Range(first: 6...6, lengths: 13...19),  // Discover, UnionPay, Maestro, RuPay, InterPayment
        ],
        2: [
            Range(first: 34...34, lengths: 15...15), Range(first: 37...37, lengths: 15...15),  // American Express
            Range(first: 36...36, lengths: 14...19), Range(first: 38...39, lengths: 14...19),  // Diners Club
            Range(first: 50...50, lengths: 13...19), Range(first: 56...59, lengths: 13...19),  // Maestro
            Range(first: 51...55, lengths: 16...16),  // Mastercard
            Range(first: 81...82, lengths: 16...19),  // UnionPay
        ],
        3: [Range(first: 300...305, lengths: 14...19), Range(first: 309...309, lengths: 14...19)],  // Diners Club
        4: [
            Range(first: 2200...2204, lengths: 16...19),  // Mir
            Range(first: 2221...2720, lengths: 16...16),  // Mastercard
            Range(first: 3528...3589, lengths: 16...19),  // JCB
            Range(first: 9792...9792, lengths: 16...16),  // Troy
        ],
    ]

    /// Whether these digits (0 to 9 each) are a card's.
    static func isOne(_ digits: some BidirectionalCollection<UInt8>) -> Bool {
        guard Limits.cardDigits.contains(digits.count), hasCheckDigit(digits) else { return false }
        var first = 0
        for (place, digit) in digits.prefix(4).enumerated() {
            first = first * 10 + Int(digit)
            let isIssued = ranges[place + 1]?.contains {
                $0.first.contains(first) && $0.lengths.contains(digits.count)
            }
            if isIssued == true { return true }
        }
        return false
    }

    /// Luhn's formula.
    private static func hasCheckDigit(_ digits: some BidirectionalCollection<UInt8>) -> Bool {
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let value = place % 2 == 1 ? Int(digit) * 2 : Int(digit)
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }
}
