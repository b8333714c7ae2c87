import Crypto
package import Domain
package import Foundation

/// Brings secrets in from SOPS files and takes them out into such.
package struct SecretExchange: Sendable {
    private let age: AgeProgram

    package init(age: AgeProgram = AgeProgram()) {
        self.age = age
    }

    /// What a file brings: what was encrypted in it, and what its rule left in the clear.
    package struct Imported: Sendable {
        package let secrets: [VariableName: Secret]
        package let settings: [VariableName: String]
    }

    /// Opens a file, whole or not at all; writes nothing.
    package func read(_ data: Data, format: SopsFile.Format, identityFile: String) async throws -> Imported {
        let entries = try await SopsFile(data, format: format).open(identityFile: identityFile, age: age)
        var secrets: [VariableName: Secret] = [:]
        var settings: [VariableName: String] = [:]
        for entry in entries {
            guard let name = VariableName(rawValue: entry.key) else {
                throw SecretsError.refusedEntry(
                    key: entry.key, reason: "is no name of a variable: use \(VariableName.rule)")
            }
            if entry.isEncrypted {
                secrets[name] = entry.value
            } else {
                guard let text = entry.value.reveal() else { throw SecretsError.notText(name) }
                settings[name] = text
            }
        }
        return Imported(secrets: secrets, settings: settings)
    }

    /// A file with these secrets that the recipients' identities open, in the order of the names.
    package func write(
        _ secrets: [VariableName: Secret], format: SopsFile.Format, recipients: [String], at now: Date
    ) async throws -> Data {
        guard !recipients.isEmpty else { throw SecretsError.noRecipients }
        if let wrong = recipients.first(where: { !AgeProgram.isRecipient($0) }) {
            throw SecretsError.invalidRecipient(wrong)
        }
        guard recipients.count <= Limits.recipients else {
            throw SecretsError.unsupported(reason: "more than \(Limits.recipients) age recipients")
        }
        let key = SymmetricKey(size: .bits256)
        let (values, mac) = try Self.encrypt(secrets, with: key)
        let lastModified = now.formatted(.iso8601)
        let sealedMAC = try Array(mac.utf8).withUnsafeBytes {
            try SopsValue($0, kind: .string, key: key, authenticating: lastModified)
        }
        var wrapped: [SopsMetadata.Recipient] = []
        for recipient in recipients {
            wrapped.append(
                SopsMetadata.Recipient(recipient: recipient, wrapped: try await age.wrap(key, for: recipient)))
        }
        let metadata = SopsMetadata(recipients: wrapped, lastModified: lastModified, mac: sealedMAC.text)
        switch format {
        case .json: return Data(SopsFile.writeJSON(values, metadata).utf8)
        case .dotenv: return Data(SopsFile.writeDotenv(values, metadata).utf8)
        }
    }

    private static func encrypt(
        _ secrets: [VariableName: Secret], with key: SymmetricKey
    ) throws -> (values: [(key: String, text: String)], mac: String) {
        var mac = SopsMAC()
        let values = try secrets.sorted { $0.key < $1.key }.map { name, secret in
            let isMetadata = name.rawValue == "sops" || name.rawValue.hasPrefix("sops_")
            guard !isMetadata, !name.rawValue.hasSuffix(SopsRules.defaultUnencryptedSuffix) else {
                throw SecretsError.refusedEntry(
                    key: name.rawValue, reason: "has a name that means something else to SOPS; rename it")
            }
            return try secret.withBytes { bytes in
                mac.add(Data(bytes), isEncrypted: true)
                let value = try SopsValue(bytes, kind: .string, key: key, authenticating: "\(name):")
                return (key: name.rawValue, text: value.text)
            }
        }
        return (values, mac.text)
    }
}
