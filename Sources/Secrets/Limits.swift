/// Bounds of everything here that could grow or wait.
package enum Limits {
    /// Bytes of one value; Linux takes 128 KiB for a variable with its name.
    package static let valueBytes = 32 * 1_024
    /// Secrets of an environment, and its settings.
    package static let names = 500
    /// Bytes of all values of an environment: what a process finds in its environment, and what the redactor looks for.
    package static let environmentBytes = 256 * 1_024
    /// Ciphertexts that are kept of a secret; its history is kept longer.
    static let keptVersions = 10
    /// Versions that are kept of an environment's settings.
    static let keptSettings = 200
    /// Values that get their keys rewrapped in one transaction.
    static let rewrapBatch = 100
    /// Key-encryption keys in a ring.
    static let ringKeys = 100
    static let ringBytes = 64 * 1_024
    /// How long another holder of the ring's lock is waited for.
    static let ringWait = Duration.seconds(10)
    /// How often a reader looks again that met a record whose key was rewrapped meanwhile.
    static let readAttempts = 3

    /// Bytes of an exchanged file.
    static let fileBytes = 4 << 20
    /// Objects and lists within each other in an exchanged file.
    static let nesting = 16
    static let recipients = 50
    /// Bytes of a rule in an exchanged file that says by a regular expression what is encrypted.
    static let ruleBytes = 512
    /// How long `age` may take for one key.
    static let ageSeconds = 30
    /// Bytes of a key that age encrypted; a pipe holds four times as many (pipe(7)).
    static let wrappedKeyBytes = 16 * 1_024
    static let ageOutputBytes = 64 * 1_024

    /// Bytes of a value or a part of one below which it is not looked for: too often words of the text itself.
    package static let redactedBytes = 6
    /// Bytes of one line of a secret below which that line alone is not looked for.
    static let redactedLineBytes = 16
    /// Bytes up to which an encoded value is looked for as a whole.
    static let wholeLiteralBytes = 256
    /// Bytes of the pieces in which a longer one is looked for.
    static let pieceBytes = 128
    /// Digits of a card number (ISO/IEC 7812).
    static let cardDigits = 13...19
    /// Digits of its groups, where what separates them also stands between other numbers.
    static let cardGroup = 3...6
    /// Digits of a card number that may be shown at its beginning and its end (PCI DSS 3.4.1).
    static let cardPrefix = 6
    static let cardSuffix = 4
}
