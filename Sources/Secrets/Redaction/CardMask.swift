/// Masks card numbers in a stream: of each, six digits at the beginning and four at the end stay at most.
///
/// A number is 13 to 19 digits, in one group or in groups with one separator between them: a space or a hyphen, or, in
/// groups of three to six digits, what stands for a space elsewhere (`+` and `%20` in forms, a tab, a no-break space) or a
/// dot. See `CardNumber` for which are a card's.
struct CardMask: Sendable {
    /// Bytes that were passed on already, as they came, and those that were not.
    private var buffer: [UInt8] = []
    /// How many of them were passed on: what stands before a number tells what it is part of.
    private var passed = 0

    /// Longer than any number with its separators and the digits before it that are looked at.
    private static let contextBytes = 64
    private static let mask = UInt8(ascii: "*")

    /// Digits, and bytes of separators.
    private static let isInNumber: [Bool] = (0..<256).map { byte in
        isDigit(UInt8(byte)) || Separator.bytes.contains(UInt8(byte))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// Whether the beginning of a number waits for more.
    var holdsBack: Bool { passed < buffer.count }

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
                if buffer[start..<end].count(where: isDigit) > step { _ = examine(buffer, start, end, &masked) }
                position = end + 1
            }
            var start = buffer.count
            while start > position, isInNumber[Int(buffer[start - 1])] { start -= 1 }
            return start == buffer.count ? start : examine(buffer, start, buffer.count, &masked)
        }
    }

    /// Looks through digits and separators in a row for runs of digits with one separator between groups; answers where
    /// what may still become a number begins, if the last run ends where the bytes do.
    private static func examine(
        _ buffer: UnsafeRawBufferPointer, _ start: Int, _ end: Int, _ masked: inout [Int]
    ) -> Int {
        var position = start
        var open = end
        while position < end {
            guard isDigit(buffer[position]) else {
                position += 1
                continue
            }
            var run = DigitRun(in: buffer, at: position)
            var mayGoOn = false
            while position < end {
                if isDigit(buffer[position]) {
                    run.add(buffer[position] - 48, at: position)
                    position += 1
                    continue
                }
                guard let separator = Separator(in: buffer, at: position, end: end) else { break }
                mayGoOn = position + separator.length >= end
                guard !mayGoOn, isDigit(buffer[position + separator.length]) else { break }
                position += separator.length
                run.beginGroup(isLoose: separator.isLoose)
            }
            run.mask(&masked)
            if mayGoOn, let start = run.open { return start }
            if position >= end { open = run.open ?? end }
        }
        return open
    }
}

/// What stands between two groups of digits.
private struct Separator {
    let length: Int
    /// Whether it stands between other numbers as well, so that the groups must look like a card's.
    let isLoose: Bool

    static let bytes: Set<UInt8> = [32, 45, 43, 46, 9, 0x25, 0xC2, 0xA0]
    private static let escapedSpace: [UInt8] = Array("%20".utf8)
    private static let noBreakSpace: [UInt8] = [0xC2, 0xA0]

    /// Nil where there is none; one that `end` cuts off counts.
    init?(in buffer: UnsafeRawBufferPointer, at position: Int, end: Int) {
        switch buffer[position] {
        case 32, 45: (length, isLoose) = (1, false)
        case 43, 46, 9: (length, isLoose) = (1, true)
        case 0x25:
            guard Self.begins(Self.escapedSpace, buffer[position..<end]) else { return nil }
            (length, isLoose) = (3, true)
        case 0xC2:
            guard Self.begins(Self.noBreakSpace, buffer[position..<end]) else { return nil }
            (length, isLoose) = (2, true)
        default: return nil
        }
    }

    private static func begins(_ text: [UInt8], _ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        zip(text, bytes).allSatisfy { $0 == $1 }
    }
}

/// Groups of digits with one separator between them.
private struct DigitRun {
    private var digits: [UInt8] = []
    private var positions: [Int] = []
    /// Between which digits a number may begin and end, as numbers of digits before.
    private var starts: [Int] = []
    private var ends: [Int] = []
    private var endSet: Set<Int> = []
    /// Of the separators after `ends`, those that take groups as a card has them.
    private var looseEnds: Set<Int> = []
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

    mutating func beginGroup(isLoose: Bool) {
        if isLoose { looseEnds.insert(digits.count) }
        ends.append(digits.count)
        endSet.insert(digits.count)
        starts.append(digits.count)
    }

    /// Notes the middle digits of all numbers that are cards'.
    func mask(_ masked: inout [Int]) {
        guard digits.count >= Limits.cardDigits.lowerBound else { return }
        let borders = ends + [digits.count]
        var first = 0
        for start in starts {
            while first < borders.count, borders[first] - start < Limits.cardDigits.lowerBound { first += 1 }
            for end in borders[first...].prefix(while: { $0 - start <= Limits.cardDigits.upperBound })
            where isGrouped(start, end) && CardNumber.isOne(digits[start..<end]) {
                masked += positions[(start + Limits.cardPrefix)..<(end - Limits.cardSuffix)]
            }
        }
    }

    /// Whether the groups between two places may be a card's.
    private func isGrouped(_ start: Int, _ end: Int) -> Bool {
        guard !looseEnds.isEmpty else { return true }
        let borders = (start + 1..<end).filter(endSet.contains)
        guard borders.contains(where: looseEnds.contains) else { return true }
        return zip([start] + borders, borders + [end]).allSatisfy { Limits.cardGroup.contains($1 - $0) }
    }

    /// Where a number begins that more digits may complete; nil where there is none.
    var open: Int? {
        starts.first { digits.count - $0 <= Limits.cardDigits.upperBound && $0 < digits.count }.map { positions[$0] }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }
}
