import Foundation

/// What of a secret is looked for beside the whole: a password in a URL, a value without its last line feed, lines.
enum SecretParts {
    /// Those that are as secret as the whole, to be looked for in all encodings; the whole is the first.
    static func all(of value: [UInt8]) -> [[UInt8]] {
        let text = String(decoding: value, as: UTF8.self)
        let trimmed = Array(text.trimmingCharacters(in: .whitespacesAndNewlines).utf8)
        return ([value, trimmed] + urlParts(of: text)).filter { $0.count >= Limits.redactedBytes }
    }

    /// The lines of a value of several lines, which are printed one by one; marks such as `-----BEGIN` are no secrets.
    static func lines(of value: [UInt8]) -> [[UInt8]] {
        let lines = value.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        guard lines.count > 1 else { return [] }
        return lines.map(trimmed).filter {
            $0.count >= Limits.redactedLineBytes && !$0.starts(with: Array("-----".utf8))
        }
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> [UInt8] {
        let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        return line.lastIndex { !isSpace($0) }.map { Array(line[...$0].drop(while: isSpace)) } ?? []
    }

    private static let secretWords = ["key", "pass", "pwd", "secret", "sig", "token"]

    /// The password of `scheme://user:password@host/` and query values whose names say that they are secret, each as it
    /// is written and decoded.
    ///
    /// A password that is the user's name or the host's is none.
    private static func urlParts(of text: String) -> [[UInt8]] {
        guard let url = text.wholeMatch(of: #/[A-Za-z][A-Za-z0-9+.\-]*:\/\/(?<rest>.*)/#.dotMatchesNewlines()) else {
            return []
        }
        let rest = url.output.rest
        let authority = rest.prefix { !"/?#".contains($0) }
        var parts: [Substring] = []
        // A password may hold an unencoded '@' or '/', so the whole text before the last '@' is looked at too.
        for place in [authority, rest.lastIndex(of: "@").map { rest[...$0] } ?? authority] {
            guard let at = place.lastIndex(of: "@") else { continue }
            let user = place[..<at]
            guard let colon = user.firstIndex(of: ":") else { continue }
            let password = user[user.index(after: colon)...]
            let host = place[place.index(after: at)...].prefix { $0 != ":" }
            if password != user[..<colon], password != host { parts.append(password) }
        }
        if let query = rest.split(separator: "?", maxSplits: 1).dropFirst().first {
            for pair in query.split(whereSeparator: { "&;#".contains($0) }) {
                let halves = pair.split(separator: "=", maxSplits: 1)
                let name = halves[0].lowercased()
                if halves.count == 2, secretWords.contains(where: name.contains) { parts.append(halves[1]) }
            }
        }
        return parts.flatMap { [Array($0.utf8), Array(($0.removingPercentEncoding ?? String($0)).utf8)] }
    }
}
