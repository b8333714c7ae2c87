import Glibc

/// An IPv4 or IPv6 address; an IPv4 address that is written as IPv6 (`::ffff:10.0.0.1`) is the IPv4 address.
package struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    // Two halves, because a value of UInt128 among many parameters of an async function is miscompiled by Swift 6.3.1
    // on x86-64: the function resumes at address 0.
    private let high: UInt64
    private let low: UInt64
    package let isVersion4: Bool

    /// The address as 128 bits, IPv4 in the low 32 of them.
    var bits: UInt128 { UInt128(high) << 64 | UInt128(low) }

    /// 32 or 128.
    package var width: Int { isVersion4 ? 32 : 128 }

    init(bits: UInt128, isVersion4: Bool) {
        high = UInt64(truncatingIfNeeded: bits >> 64)
        low = UInt64(truncatingIfNeeded: bits)
        self.isVersion4 = isVersion4
    }

    /// Takes an address as people and sockets write it, a zone (`%eth0`) left out; nil where it is none.
    package init?(_ text: some StringProtocol) {
        let plain = String(text.prefix { $0 != "%" })
        var four = in_addr()
        if inet_pton(AF_INET, plain, &four) == 1 {
            self.init(bits: UInt128(UInt32(bigEndian: four.s_addr)), isVersion4: true)
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, plain, &six) == 1 else { return nil }
        let bits = withUnsafeBytes(of: &six) { $0.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } }
        if bits >> 32 == 0xffff {
            self.init(bits: bits & 0xffff_ffff, isVersion4: true)
        } else {
            self.init(bits: bits, isVersion4: false)
        }
    }

    package var description: String {
        guard !isVersion4 else {
            return [24, 16, 8, 0].map { String((bits >> UInt128($0)) & 0xff) }.joined(separator: ".")
        }
        var six = in6_addr()
        withUnsafeMutableBytes(of: &six) { bytes in
            for index in 0..<16 { bytes[index] = UInt8(truncatingIfNeeded: bits >> UInt128(8 * (15 - index))) }
        }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(AF_INET6, &six, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The address with all but its first bits set to zero.
    func masked(to prefix: Int) -> NetworkAddress {
        let ignored = UInt128(width - prefix)
        return NetworkAddress(bits: ignored >= 128 ? 0 : (bits >> ignored) << ignored, isVersion4: isVersion4)
    }

    /// What one customer of a network has at least: an IPv4 address, or an IPv6 network of 64 bits.
    var neighbourhood: NetworkAddress { isVersion4 ? self : masked(to: 64) }
}
