import Foundation

/// What people type into a message and Switchyard keeps: no secret and no card number stays in it.
enum FreeTexts {
    private static let members = ["reason", "note", "incident", "label"]

    /// The message with those of its members redacted; byte for byte as it came where there is nothing in them.
    static func redacted(_ body: Data, by log: OwnLog) -> Data {
        guard var message = try? JSONSerialization.jsonObject(with: body) as? [String: Any] else { return body }
        var isChanged = false
        for member in members {
            guard let text = message[member] as? String, case let safe = log.redacting(text), safe != text else {
                continue
            }
            message[member] = safe
            isChanged = true
        }
        guard isChanged else { return body }
        return (try? JSONSerialization.data(withJSONObject: message, options: .withoutEscapingSlashes)) ?? Data()
    }
}
