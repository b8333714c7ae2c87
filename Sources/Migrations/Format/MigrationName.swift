import Domain

/// The name of a migration, which begins with when it was made: 20261122120000_add_telematics.
package struct MigrationName: ValidatedName {
    package static let noun = "migration"
    package static let rule =
        "digits (with hyphens between them), an underscore, then 1 to 128 printable characters other than a slash"
    package static func accepts(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9](?:-?[0-9]){0,31}_[^\/\p{C}]{1,128}/) != nil
    }

    package let rawValue: String
    package init(unchecked rawValue: String) { self.rawValue = rawValue }

    /// The digits that give the order; two migrations of one folder never share them.
    package var version: String {
        let digits = rawValue.prefix { $0 != "_" }.filter { $0 != "-" }.drop { $0 == "0" }
        return digits.isEmpty ? "0" : String(digits)
    }

    /// Whether the name is one that Switchyard gives: 14 digits of time, an underscore and a plain name.
    package var isOwn: Bool { rawValue.wholeMatch(of: /[0-9]{14}_[a-z0-9_]{1,64}/) != nil }
    package static let ownRule =
        "14 digits of time, an underscore, then 1 to 64 lower-case letters, digits and underscores"

    /// By number, so that the 10th comes after the 9th.
    package static func < (left: Self, right: Self) -> Bool {
        let (first, second) = (left.version, right.version)
        return (first.count, first, left.rawValue) < (second.count, second, right.rawValue)
    }
}
