import Foundation

extension SopsFile {
    static func readJSON(_ data: Data) throws -> (leaves: [(key: String, value: Leaf)], metadata: SopsMetadata) {
        let document = try OrderedJSONReader.read(Array(data))
        guard let members = document.members else {
            throw SecretsError.unreadableFile(reason: "it is no JSON object")
        }
        guard let sops = document["sops"] else { throw SecretsError.notEncrypted }
        let leaves = try members.filter { $0.key != "sops" }.map { (key: $0.key, value: try leaf($0)) }
        return (leaves, try metadata(sops))
    }

    private static func leaf(_ member: OrderedJSON.Member) throws -> Leaf {
        switch member.value {
        case .string(let text): .string(text)
        case .number(let text): .number(text)
        case .bool(let value): .bool(value)
        case .null:
            throw SecretsError.refusedEntry(key: member.key, reason: "has no value (null); leave it out")
        case .object, .array:
            throw SecretsError.refusedEntry(
                key: member.key, reason: "holds values within it; a variable has one value, so write each at the top")
        }
    }

    private static func metadata(_ sops: OrderedJSON) throws -> SopsMetadata {
        if let name = SopsMetadata.unsupported.first(where: { sops[$0] != nil && sops[$0] != .null }) {
            throw SecretsError.unsupported(reason: name)
        }
        let recipients = (sops["age"]?.elements ?? []).compactMap { entry -> SopsMetadata.Recipient? in
            guard let recipient = entry["recipient"]?.text, let wrapped = entry["enc"]?.text else { return nil }
            return SopsMetadata.Recipient(recipient: recipient, wrapped: wrapped)
        }
        let rules = SopsRules.names.compactMap { name in sops[name]?.text.map { (name, $0) } }
        return try SopsMetadata(
            recipients: recipients, lastModified: sops["lastmodified"]?.text, mac: sops["mac"]?.text,
            rules: Dictionary(uniqueKeysWithValues: rules), macOnlyEncrypted: sops["mac_only_encrypted"] == .bool(true))
    }

    static func writeJSON(_ values: [(key: String, text: String)], _ metadata: SopsMetadata) -> String {
        func member(_ key: String, _ text: String) -> OrderedJSON.Member {
            OrderedJSON.Member(key: key, value: .string(text))
        }
        let recipients = metadata.recipients.map {
            OrderedJSON.object([member("recipient", $0.recipient), member("enc", $0.wrapped)])
        }
        let sops = OrderedJSON.object(
            [
                OrderedJSON.Member(key: "age", value: .array(recipients)),
                member("lastmodified", metadata.lastModified), member("mac", metadata.mac),
            ] + metadata.rules.sorted { $0.key < $1.key }.map { member($0.key, $0.value) }
                + [member("version", SopsMetadata.version)])
        let members = values.map { member($0.key, $0.text) } + [OrderedJSON.Member(key: "sops", value: sops)]
        return OrderedJSON.object(members).encoded() + "\n"
    }
}
