/// Masks card numbers in a stream: of each, six digits at the beginning and four at the end stay at most.
///
/// A number is 13 to 19 digits, in groups with one space or hyphen between them or in one; see `CardNumber` for which
/// are a card's.
struct CardMask: Sendable {
    /// Bytes that were passed on already, as they came, and those that were not.
    private var buffer: [UInt8] = []
    /// How many of them were passed on: what stands before a number tells what it is part of.
    private var passed = 0

    /// Longer than any number with its separators and the digits before it that are looked at.
    private static let contextBytes = 64
    private static let mask = UInt8(ascii: "*")

    /// Digits, spaces and hyphens.
    private static let isInNumber: [Bool] = (0..<256).map { byte in
        (48...57).contains(byte) || byte == 32 || byte == 45
    }

    mutating func append(_ bytes: ArraySlice<UInt8>) {
        buffer.append(contentsOf: bytes)
    }

    /// Adds to the output what no number can begin in any more, with the numbers masked.
    mutating func pass(into output: inout [UInt8], isEnd: Bool) {
        var masked: [Int] = []
        var end = buffer.withUnsafeBytes { Self.scan($0, masking: &masked) }
        if isEnd { end = buffer.count }
        let start = output.count
        output.append(contentsOf: buffer[passed..<end])
        for position in masked where position >= passed && position < end {
            output[start + position - passed] = Self.mask
        }
        let dropped = max(0, end - Self.contextBytes)
        buffer.removeFirst(dropped)
        passed = end - dropped
    }

    /// Notes which bytes are to be masked; answers where the number begins that may go on beyond the buffer.
    private static func scan(_ buffer: UnsafeRawBufferPointer, masking masked: inout [Int]) -> Int {
        isInNumber.withUnsafeBufferPointer { isInNumber in
            var position = 0
            // A number covers one of any 13 bytes in a row, so that most of a text is never looked at.
            let step = Limits.cardDigits.lowerBound - 1
            while position + step < buffer.count {
                guard isInNumber[Int(buffer[position + step])] else {
                    position += step + 1
                    continue
                }
                var start = position + step
                while start > position, isInNumber[Int(buffer[start - 1])] { start -= 1 }
                var end = position + step + 1
                while end < buffer.count, isInNumber[Int(buffer[end])] { end += 1 }
                guard end < buffer.count else { return examine(buffer, start, end, &masked) }
                if buffer[start..<end].count(where: { $0 >= 48 }) > step { _ = examine(buffer, start, end, &masked) }
                position = end + 1
            }
            var start = buffer.count
            while start > position, isInNumber[Int(buffer[start - 1])] { start -= 1 }
            return start == buffer.count ? start : examine(buffer, start, buffer.count, &masked)
        }
    }

    /// Looks through digits, spaces and hyphens in a row for runs of digits with one separator between groups; answers
    /// where what may still become a number begins, if the last run ends where the bytes do.
    private static func examine(
        _ buffer: UnsafeRawBufferPointer, _ start: Int, _ end: Int, _ masked: inout [Int]
    ) -> Int {
        var position = start
        var open = end
        while position < end {
            guard buffer[position] >= 48 else {
                position += 1
                continue
            }
            var run = DigitRun(in: buffer, at: position)
            while position < end {
                if buffer[position] >= 48 {
                    run.add(buffer[position] - 48, at: position)
                    position += 1
                } else if position + 1 < end, buffer[position + 1] >= 48 {
                    position += 1
                    run.beginGroup()
                } else {
                    break
                }
            }
            run.mask(&masked)
            if position >= end - 1 { open = run.open ?? end }
        }
        return open
    }
}

/// Groups of digits with one separator between them.
private struct DigitRun {
    private var digits: [UInt8] = []
    private var positions: [Int] = []
    /// Between which digits a number may begin and end, as numbers of digits before.
    private var starts: [Int] = []
    private var ends: [Int] = []
    /// Whether the first group ends a longer hexadecimal number.
    private let isTail: Bool
    /// Whether the first two digits are those of a percent-encoded character.
    private let isEscaped: Bool

    /// Hexadecimal digits before a group that make it part of their number.
    private static let tailDigits = 8

    init(in buffer: UnsafeRawBufferPointer, at position: Int) {
        isEscaped = position > 0 && buffer[position - 1] == UInt8(ascii: "%")
        var before = position
        while before > 0, position - before < Self.tailDigits, Self.isHexadecimal(buffer[before - 1]) { before -= 1 }
        isTail = position - before == Self.tailDigits
        if !isTail { starts.append(0) }
    }

    mutating func add(_ digit: UInt8, at position: Int) {
        digits.append(digit)
        positions.append(position)
        if isEscaped, digits.count == 3, ends.isEmpty { starts.append(2) }
    }

    mutating func beginGroup() {
        ends.append(digits.count)
        starts.append(digits.count)
    }

    /// Notes the middle digits of all numbers that are cards'.
    func mask(_ masked: inout [Int]) {
        guard digits.count >= Limits.cardDigits.lowerBound else { return }
        for start in starts {
            for end in ends + [digits.count]
            where Limits.cardDigits.contains(end - start) && CardNumber.isOne(digits[start..<end]) {
                masked += positions[(start + Limits.cardPrefix)..<(end - Limits.cardSuffix)]
            }
        }
    }

    /// Where a number begins that more digits may complete; nil where there is none.
    var open: Int? {
        starts.first { digits.count - $0 <= Limits.cardDigits.upperBound && $0 < digits.count }.map { positions[$0] }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }
}
