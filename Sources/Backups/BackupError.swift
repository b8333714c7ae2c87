/// Why there is no backup; none of these leaves half a one behind.
package enum BackupError: Error, Equatable {
    case diskTooSmall(folder: String, neededBytes: Int, freeBytes: Int)
    /// Another backup of the same environment is being taken.
    case busy(folder: String)
    /// What was written does not read back as an archive.
    case unverified(reason: String)
}

extension BackupError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .diskTooSmall(let folder, let neededBytes, let freeBytes):
            "The backup may need \(Self.megabytes(neededBytes)) MB but the disk of \(folder) has only "
                + "\(Self.megabytes(freeBytes)) MB free: free some space or keep fewer backups."
        case .busy(let folder):
            "Another backup is being written to \(folder): wait for it and try again."
        case .unverified(let reason):
            "The backup was written but pg_restore cannot read it (\(reason)); it was removed."
        }
    }

    private static func megabytes(_ bytes: Int) -> Int {
        (bytes + 999_999) / 1_000_000
    }
}
