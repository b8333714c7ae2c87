/// One commit of a repository, and what is told of it.
package struct SourceRevision: Equatable, Sendable {
    /// The commit's full hash.
    package let commit: String
    /// The tag on this very commit.
    package let tag: String?
    /// The nearest tag before it; nil when there is none.
    package let previousTag: String?
    /// Who wrote what is new since the previous tag, as `Name <address>`, newest first.
    package let authors: [String]
    /// When it was committed, in seconds since 1970.
    package let committedAt: Int

    /// "1a2b3c4d5e6f (v1.1.0), by 3 authors since v1.0.0"
    package var summary: String {
        let name = tag.map { " (\($0))" } ?? ""
        let count = authors.count == 1 ? "1 author" : "\(authors.count) authors"
        return "\(commit.prefix(12))\(name), by \(count)\(previousTag.map { " since \($0)" } ?? "")"
    }
}
