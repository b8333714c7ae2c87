import Glibc

/// The character set that libarchive reads names in.
enum ArchiveLocale {
    /// Runs `body` with UTF-8 names on this thread, so that an archive does not depend on the user's locale.
    static func withUTF8<Value>(_ body: () throws -> Value) rethrows -> Value {
        guard let utf8 = newlocale(1 << LC_CTYPE, "C.UTF-8", nil) else { return try body() }
        let previous = uselocale(utf8)
        defer {
            uselocale(previous)
            freelocale(utf8)
        }
        return try body()
    }
}
