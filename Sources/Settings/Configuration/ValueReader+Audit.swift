import Domain
import Foundation

extension ValueReader where Value == AuditSettings {
    static var audit: ValueReader {
        .mapping { keys in
            var audit = AuditSettings()
            audit.retentionMonths =
                keys.optional(
                    "retention_months", .integer(1...1_200),
                    "How many months entries of the record are kept at least; 13 by default.")
                ?? audit.retentionMonths
            audit.witness = keys.optional(
                "witness", .witness, "Who remembers elsewhere how far the record has come; nobody by default.")
            return audit
        }
    }
}

extension ValueReader where Value == WitnessSettings {
    fileprivate static var witness: ValueReader {
        .mapping { keys in
            let url = keys.required("url", .witnessURL, "where 'switchyard witness' answers.")
            let key = keys.required("public_key", .witnessKey, "what 'switchyard witness' says at its start.")
            let every = keys.optional(
                "every", .duration(milliseconds: 100...604_800_000), "How often it is asked; 10m by default.")
            guard let url, let key else { return nil }
            var witness = WitnessSettings(url: url, publicKey: key)
            witness.everySeconds = every ?? witness.everySeconds
            return witness
        }
    }
}

extension ValueReader where Value == String {
    /// The URL of a service, without user, query or slash at its end.
    fileprivate static var witnessURL: ValueReader {
        scalar("a URL such as https://witness.example.com, without user, query or '/' at its end") { node in
            node.text.flatMap { text in
                guard text.utf8.count <= 2_048, !text.hasSuffix("/"),
                    text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
                    let url = URLComponents(string: text), ["http", "https"].contains(url.scheme),
                    url.host?.isEmpty == false, url.user == nil, url.query == nil, url.fragment == nil
                else { return nil }
                return text
            }
        }
    }

    /// The public key of a witness, as the notes of Go and C2SP write it.
    fileprivate static var witnessKey: ValueReader {
        scalar("a witness' public key: name+hash+key, as 'switchyard witness' says it at its start") { node in
            node.text.flatMap { text in
                text.wholeMatch(of: /[^+\s]{1,200}\+[0-9a-f]{8}\+[A-Za-z0-9+\/]{44}/) == nil ? nil : text
            }
        }
    }
}
