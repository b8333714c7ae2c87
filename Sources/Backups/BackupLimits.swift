/// The bounds of everything in this room that could wait or grow.
package enum BackupLimits {
    /// For one backup, its verification included.
    package static let backup: Duration = .seconds(4 * 3_600)
    /// Backups kept of an environment.
    package static let retained = 10
    /// Bytes of a backup's table of contents.
    package static let contents = 64 * 1_048_576
    /// Left free beside what the backup may need, so that journals and logs can still be written: bytes.
    package static let reserve = 16 * 1_048_576
}
