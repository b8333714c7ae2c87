import Foundation

/// A network in CIDR notation: `10.8.0.0/24`, `fd00:8::/64`.
package struct NetworkBlock: Sendable, Hashable, Codable, CustomStringConvertible {
    package let address: NetworkAddress
    /// How many leading bits all its addresses share.
    package let prefix: Int

    /// Takes a network as people write it; throws what is wrong with it and the nearest that is right.
    package init(_ text: String) throws(AccessError) {
        let plain = text.trimmingCharacters(in: .whitespaces)
        let parts = plain.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = NetworkAddress(parts[0]), !parts[0].contains("%") else {
            throw .network(text, "begins with no IP address", mend: Self.completed(plain))
        }
        // An address in IPv4-mapped form counts its bits as IPv6 does.
        let isMapped = address.isVersion4 && parts[0].contains(":")
        guard parts.count == 2 else {
            throw .network(text, "says not how many bits count", mend: "\(address)/\(address.width)")
        }
        guard let written = Self.number(parts[1]), case let bits = written - (isMapped ? 96 : 0),
            (0...address.width).contains(bits)
        else {
            let range = "needs a number from 0 to \(address.width) after its slash"
            throw .network(text, range, mend: Self.mask(parts[1]).map { "\(address.masked(to: $0))/\($0)" })
        }
        let network = address.masked(to: bits)
        guard network == address else {
            throw .network(text, "has bits set beyond its first \(bits)", mend: "\(network)/\(bits)")
        }
        self.address = address
        prefix = bits
    }

    package func contains(_ other: NetworkAddress) -> Bool {
        other.isVersion4 == address.isVersion4 && other.masked(to: prefix) == address
    }

    package var description: String { "\(address)/\(prefix)" }

    package init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension NetworkBlock {
    private static func number(_ text: Substring) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    /// The bits of a netmask in dotted form: 255.255.255.0 is 24.
    private static func mask(_ text: Substring) -> Int? {
        guard let mask = NetworkAddress(text), mask.isVersion4 else { return nil }
        let ones = mask.bits.nonzeroBitCount
        return NetworkAddress(bits: 0xffff_ffff, isVersion4: true).masked(to: ones) == mask ? ones : nil
    }

    /// `10.8/16` as it was probably meant: `10.8.0.0/16`.
    private static func completed(_ text: String) -> String? {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = parts[0].split(separator: ".", omittingEmptySubsequences: true)
        guard !numbers.isEmpty, numbers.count < 4, numbers.allSatisfy({ number($0).map { $0 < 256 } ?? false }) else {
            return nil
        }
        let filled = (numbers + Array(repeating: "0", count: 4 - numbers.count)).joined(separator: ".")
        let bits = parts.count == 2 ? number(parts[1]) ?? 8 * numbers.count : 8 * numbers.count
        guard let address = NetworkAddress(filled), bits <= 32 else { return nil }
        return "\(address.masked(to: bits))/\(bits)"
    }
}
