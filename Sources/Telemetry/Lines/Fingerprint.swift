/// A hash that tells texts of the proxy's own configuration and routes apart; it is no protection against an attacker,
/// who could only let two of the routes that he asks for be counted as one.
enum Fingerprint {
    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = mix(UInt64(truncatingIfNeeded: bytes.count) ^ 0x9e37_79b9_7f4a_7c15)
        var position = 0
        while position + 8 <= bytes.count {
            hash = mix(hash ^ bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position += 8
        }
        var tail: UInt64 = 0
        while position < bytes.count {
            tail = tail << 8 | UInt64(bytes[position])
            position += 1
        }
        return mix(hash ^ tail)
    }

    static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0xa076_1d64_78bd_642f).multipliedFullWidth(by: 0xe703_7ed1_a0b4_28db)
        return product.high ^ product.low
    }
}
