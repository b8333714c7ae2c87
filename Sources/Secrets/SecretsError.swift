package import Domain
package import DurableFiles

/// Why a secret, a setting, a key or an exchanged file is refused; values never stand in it.
package enum SecretsError: Error, Equatable, CustomStringConvertible {
    // Values
    case emptyValue(VariableName)
    case notText(VariableName)
    case valueTooLarge(VariableName, bytes: Int, limit: Int)
    case tooManyNames(EnvironmentName, limit: Int)
    case environmentTooLarge(EnvironmentName, limitBytes: Int)
    case unknownSecret(VariableName, EnvironmentName)
    /// A rotation to the value that the secret has already.
    case sameValue(VariableName)
    /// A secret named as a setting, or the other way round.
    case nameTaken(VariableName, EnvironmentName, asSecret: Bool)
    case versionNotKept(VariableName, EnvironmentName, version: Int)
    case settingsNotKept(EnvironmentName, version: Int)
    /// Somebody else wrote between reading and writing.
    case changedMeanwhile(EnvironmentName)

    // Keys
    case keyRingMissing(path: String)
    case keyRingExists(path: String)
    case keyRingOpen(path: String, mode: UInt32)
    case keyRingOwner(path: String, user: UInt32)
    case keyRingNoFile(path: String)
    case keyRingDamaged(path: String, reason: String)
    case keyRingReadOnly(path: String)
    case keyRingFull(path: String, limit: Int)
    case keyRingBusy(path: String)
    /// No key of the ring is the one that a value is under.
    case unknownKey(id: String, name: VariableName, environment: EnvironmentName)
    /// A ciphertext that is not the one that was written there: moved, altered or under another key.
    case altered(VariableName, EnvironmentName, version: Int)
    case file(FileFault)

    // Exchange
    case ageMissing
    case ageFailed(task: String, message: String)
    case ageTookTooLong(task: String)
    case noRecipients
    case invalidRecipient(String)
    case fileTooLarge(limitBytes: Int)
    /// The file cannot be read at all.
    case unreadableFile(reason: String)
    case notEncrypted
    case unsupported(reason: String)
    case noAgeKey
    /// None of the identities opens it.
    case noMatchingIdentity(message: String)
    case refusedEntry(key: String, reason: String)
    case alteredEntry(key: String)
    case alteredFile

    package var description: String {
        switch self {
        case .emptyValue, .notText, .valueTooLarge, .tooManyNames, .environmentTooLarge, .unknownSecret, .sameValue,
            .nameTaken, .versionNotKept, .settingsNotKept, .changedMeanwhile:
            valueDescription
        case .keyRingMissing, .keyRingExists, .keyRingOpen, .keyRingOwner, .keyRingNoFile, .keyRingDamaged,
            .keyRingReadOnly, .keyRingFull, .keyRingBusy, .unknownKey, .altered, .file:
            keyDescription
        case .ageMissing, .ageFailed, .ageTookTooLong, .noRecipients, .invalidRecipient, .fileTooLarge,
            .unreadableFile, .notEncrypted, .unsupported, .noAgeKey, .noMatchingIdentity, .refusedEntry, .alteredEntry,
            .alteredFile:
            exchangeDescription
        }
    }
}
