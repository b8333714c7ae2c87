/// The rule for paths inside a release: relative, plain, and nowhere but down.
package enum RelativePath {
    /// Longest path in bytes, which is what Linux takes.
    package static let limitBytes = 4_095

    /// Whether a path stays inside the folder it is appended to, whatever it is.
    package static func accepts(_ path: String) -> Bool {
        guard (1...limitBytes).contains(path.utf8.count), !path.hasPrefix("/"), !path.hasControlCharacters else {
            return false
        }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return parts.allSatisfy { !["", ".", ".."].contains($0) && $0.utf8.count <= 255 }
    }
}
