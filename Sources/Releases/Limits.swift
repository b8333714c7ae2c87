/// What a release may grow to, and what the store waits for.
enum Limits {
    static let files = 100_000
    /// Bytes of all files together.
    static let bytes = 4 << 30
    /// Bytes read or written at once.
    static let bufferBytes = 256 * 1_024
    /// Fewest digits of a digest that name a release.
    static let digestPrefix = 6
    /// How long another process's work in the store is waited for.
    static let lockWait = Duration.seconds(120)
    /// Bytes of a release.yaml inside an archive.
    static let manifestBytes = 256 * 1_024
    /// zstd's compression level.
    static let compressionLevel = "3"
}
