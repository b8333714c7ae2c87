import Foundation

extension SopsFile {
    private static let prefix = "sops_"

    /// A line a value, comments aside; a line feed in a value is written as \n (stores/dotenv).
    static func readDotenv(_ data: Data) throws -> (leaves: [(key: String, value: Leaf)], metadata: SopsMetadata) {
        guard let text = String(validating: data, as: UTF8.self) else {
            throw SecretsError.unreadableFile(reason: "it is no UTF-8 text")
        }
        var leaves: [(key: String, value: Leaf)] = []
        var metadata: [String: String] = [:]
        var keys: Set<Substring> = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            guard let equals = line.firstIndex(of: "=") else {
                throw SecretsError.unreadableFile(reason: "line \(index + 1) has no '='")
            }
            let key = line[..<equals]
            guard keys.insert(key).inserted else {
                throw SecretsError.unreadableFile(reason: "line \(index + 1): the key '\(key)' is there twice")
            }
            let value = String(line[line.index(after: equals)...]).replacing("\\n", with: "\n")
            if key.hasPrefix(prefix) {
                metadata[String(key.dropFirst(prefix.count))] = value
            } else {
                leaves.append((String(key), .string(value)))
            }
        }
        guard !metadata.isEmpty else { throw SecretsError.notEncrypted }
        return (leaves, try Self.metadata(metadata))
    }

    private static func metadata(_ flat: [String: String]) throws -> SopsMetadata {
        if let name = SopsMetadata.unsupported.first(where: { name in flat.keys.contains { $0.hasPrefix(name) } }) {
            throw SecretsError.unsupported(reason: name)
        }
        var recipients: [SopsMetadata.Recipient] = []
        while let recipient = flat["age__list_\(recipients.count)__map_recipient"],
            let wrapped = flat["age__list_\(recipients.count)__map_enc"]
        {
            recipients.append(SopsMetadata.Recipient(recipient: recipient, wrapped: wrapped))
        }
        return try SopsMetadata(
            recipients: recipients, lastModified: flat["lastmodified"], mac: flat["mac"],
            rules: flat.filter { SopsRules.names.contains($0.key) },
            macOnlyEncrypted: flat["mac_only_encrypted"] == "true")
    }

    static func writeDotenv(_ values: [(key: String, text: String)], _ metadata: SopsMetadata) -> String {
        var flat = metadata.rules.merging([
            "lastmodified": metadata.lastModified, "mac": metadata.mac, "version": SopsMetadata.version,
        ]) { $1 }
        for (number, recipient) in metadata.recipients.enumerated() {
            flat["age__list_\(number)__map_recipient"] = recipient.recipient
            flat["age__list_\(number)__map_enc"] = recipient.wrapped
        }
        let lines =
            values.map { "\($0.key)=\($0.text)" }
            + flat.sorted { $0.key < $1.key }.map {
                "\(prefix)\($0.key)=\($0.value.replacing("\n", with: "\\n"))"
            }
        return lines.joined(separator: "\n") + "\n"
    }
}
