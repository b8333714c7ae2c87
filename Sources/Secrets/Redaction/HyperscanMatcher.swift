import Synchronization

/// Finds literals with Hyperscan; may be used by several threads at once.
final class HyperscanMatcher: Sendable {
    private let library: HyperscanLibrary
    private let literals: LiteralSet
    /// The compiled literals, which Hyperscan only reads.
    private nonisolated(unsafe) let database: OpaquePointer
    /// Working memory that no scan uses at the moment, as addresses.
    private let scratches = Mutex<[Int]>([])

    /// Nil where there is no Hyperscan here, or it refuses the literals.
    init?(_ literals: LiteralSet) {
        guard let library = HyperscanLibrary.loaded, literals.count > 0 else { return nil }
        let numbers = (0..<UInt32(literals.count)).map { $0 }
        var database: OpaquePointer?
        var error: OpaquePointer?
        let status = literals.withPointers { starts, lengths in
            library.compile(
                starts, Array(repeating: 0, count: numbers.count), numbers, lengths, UInt32(numbers.count),
                HyperscanLibrary.blockMode, nil, &database, &error)
        }
        guard status == HyperscanLibrary.success, let database else {
            _ = library.freeError(error)
            return nil
        }
        self.library = library
        self.literals = literals
        self.database = database
    }

    deinit {
        for address in scratches.withLock({ $0 }) { _ = library.freeScratch(OpaquePointer(bitPattern: address)) }
        _ = library.freeDatabase(database)
    }

    /// Adds all literals that stand in the buffer; false, and nothing added, where Hyperscan fails.
    func appendMatches(in buffer: UnsafeRawBufferPointer, to matches: inout [LiteralMatch]) -> Bool {
        guard let base = buffer.baseAddress, let length = UInt32(exactly: buffer.count), let scratch = takeScratch()
        else { return buffer.isEmpty }
        defer { scratches.withLock { $0.append(Int(bitPattern: scratch)) } }
        var found = Found(literals: literals, matches: [])
        let status = withUnsafeMutablePointer(to: &found) { found in
            library.scan(
                database, base.assumingMemoryBound(to: CChar.self), length, 0, scratch,
                { number, _, end, _, context in
                    let found = context!.assumingMemoryBound(to: Found.self)
                    found.pointee.add(Int(number), end: Int(end))
                    return 0
                }, found)
        }
        guard status == HyperscanLibrary.success else { return false }
        matches.append(contentsOf: found.matches)
        return true
    }

    /// What a scan has found so far. A literal's length is known, so its end tells where it begins.
    private struct Found {
        let literals: LiteralSet
        var matches: [LiteralMatch]

        mutating func add(_ index: Int, end: Int) {
            matches.append(
                LiteralMatch(start: end - literals.length(index), end: end, owner: literals.owner(index)))
        }
    }

    private func takeScratch() -> OpaquePointer? {
        if let address = scratches.withLock({ $0.popLast() }) { return OpaquePointer(bitPattern: address) }
        var scratch: OpaquePointer?
        guard library.allocateScratch(database, &scratch) == HyperscanLibrary.success else { return nil }
        return scratch
    }
}
