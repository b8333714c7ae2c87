/// The name of a variable that a release finds in its environment: STRIPE_SECRET_KEY, LOG_LEVEL.
package struct VariableName: ValidatedName {
    package static let noun = "variable"
    package static let rule = "1 to 128 letters, digits and underscores, no digit first"
    package static func accepts(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return text.utf8.count <= 128
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }

    package let rawValue: String
    package init(unchecked rawValue: String) { self.rawValue = rawValue }
}
