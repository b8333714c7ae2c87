/// The name of an environment: dev, staging, production.
package struct EnvironmentName: ValidatedName {
    package static let noun = "environment"
    package static let rule = "1 to 32 lower-case letters, digits and hyphens, a letter first"
    package static func accepts(_ text: String) -> Bool { text.isLowercaseName(limit: 32) }

    package let rawValue: String
    package init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// The name of the application that is released.
package struct ApplicationName: ValidatedName {
    package static let noun = "application"
    package static let rule = "1 to 32 lower-case letters, digits and hyphens, a letter first"
    package static func accepts(_ text: String) -> Bool { text.isLowercaseName(limit: 32) }

    package let rawValue: String
    package init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// The name of a process type of a release: web, worker, scheduler.
package struct ProcessName: ValidatedName {
    package static let noun = "process"
    package static let rule = "1 to 24 lower-case letters, digits and hyphens, a letter first"
    package static func accepts(_ text: String) -> Bool { text.isLowercaseName(limit: 24) }

    package let rawValue: String
    package init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// The name of a slot in an environment's pool: s1, s2.
package struct SlotName: ValidatedName {
    package static let noun = "slot"
    package static let rule = "'s' and a number from 1 to 99"
    package static func accepts(_ text: String) -> Bool {
        guard text.first == "s", let number = Int(text.dropFirst()), (1...99).contains(number) else { return false }
        return text == "s\(number)"
    }

    package let rawValue: String
    package init(unchecked rawValue: String) { self.rawValue = rawValue }
    /// The slot at a place in the pool, counted from 1.
    package init(number: Int) { self.rawValue = "s\(number)" }
    /// The place in the pool, counted from 1.
    package var number: Int { Int(rawValue.dropFirst()) ?? 0 }
}

/// The version of a release as its author writes it: 1.1.0, 2026.11.22-3.
package struct ReleaseVersion: ValidatedName {
    package static let noun = "version"
    package static let rule = "1 to 64 letters, digits, dots, hyphens, plus and underscores, a letter or digit first"
    package static func accepts(_ text: String) -> Bool {
        guard let first = text.first, first.isASCII, first.isLetter || first.isNumber, text.utf8.count <= 64,
            !text.contains("..")
        else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-+_".contains($0)) }
    }

    package let rawValue: String
    package init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// The content address of an artifact: 64 lower-case hexadecimal digits of its SHA-256.
package struct ArtifactDigest: ValidatedName {
    package static let noun = "digest"
    package static let rule = "the 64 lower-case hexadecimal digits of a SHA-256"
    package static func accepts(_ text: String) -> Bool {
        text.utf8.count == 64 && text.allSatisfy { $0.isHexDigit && !$0.isUppercase && $0.isASCII }
    }

    package let rawValue: String
    package init(unchecked rawValue: String) { self.rawValue = rawValue }
    /// The first twelve digits, for people.
    package var short: String { String(rawValue.prefix(12)) }
}

/// The number of a deployment, unique in one Switchyard and rising.
package struct DeploymentID: Codable, Hashable, Sendable, Comparable, CustomStringConvertible {
    package let number: Int
    package init(_ number: Int) { self.number = number }

    package init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }

    package var description: String { String(number) }
    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

extension ReleaseVersion {
    /// Whether it comes before another one, where both are numbers with dots between them; nil where one is not.
    package func isOlder(than other: ReleaseVersion) -> Bool? {
        func numbers(_ version: ReleaseVersion) -> [Int]? {
            let parts = version.rawValue.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
            return parts.contains(nil) ? nil : parts.compactMap(\.self)
        }
        guard let mine = numbers(self), let others = numbers(other) else { return nil }
        return mine.lexicographicallyPrecedes(others)
    }
}
