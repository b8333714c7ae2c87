package import Domain

/// A split as HAProxy's map holds it: `share:salt:stable:candidate`, a hyphen for a slot that is not there.
package struct MapEntry: Equatable, Sendable, CustomStringConvertible {
    package let split: Split

    /// Takes a split whose salt can stand in a map and in a command: letters, digits, '.', '_' and '-'.
    package init(_ split: Split) throws(TrafficError) {
        self.split = split
        let isPlain = split.salt.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
        guard !split.salt.isEmpty, split.salt.utf8.count <= 64, isPlain else {
            throw .invalidEntry(text: Self.text(of: split))
        }
    }

    /// Reads an entry as `description` prints it.
    package init(parsing text: String) throws(TrafficError) {
        let fields = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 4, let share = Int(fields[0]), (0...Split.whole).contains(share) else {
            throw .invalidEntry(text: text)
        }
        let slots = try fields[2...].map { field throws(TrafficError) -> SlotName? in
            if field == "-" { return nil }
            guard let name = SlotName(rawValue: field) else { throw TrafficError.invalidEntry(text: text) }
            return name
        }
        try self.init(Split(share: share, salt: fields[1], stable: slots[0], candidate: slots[1]))
    }

    package var description: String { Self.text(of: split) }

    private static func text(of split: Split) -> String {
        "\(split.share):\(split.salt):\(split.stable?.rawValue ?? "-"):\(split.candidate?.rawValue ?? "-")"
    }
}

/// A map file of HAProxy: a key and a value a line, empty lines and comments ignored.
enum MapText {
    static func parse(_ text: String) -> [String: String] {
        var entries: [String: String] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ", maxSplits: 1)
            if words.count == 2 { entries[String(words[0])] = String(words[1]) }
        }
        return entries
    }

    static func print(_ entries: [String: String]) -> String {
        entries.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined()
    }
}
