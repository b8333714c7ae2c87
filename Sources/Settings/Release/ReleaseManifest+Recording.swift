import Domain
import Yams

extension ReleaseManifest {
    /// The text of a `release.yaml` with commit, tag and authors set to these, and all else as it was.
    ///
    /// Comments and line breaks are not kept. Throws `SettingsError` for a text that is no manifest.
    package static func recording(
        commit: String, tag: String?, authors: [String], in text: String, file: String = fileName
    ) throws -> String {
        _ = try parse(text, file: file)
        guard var mapping = try Yams.compose(yaml: text)?.mapping else { return text }
        mapping["commit"] = quoted(commit)
        mapping["tag"] = tag.map(quoted)
        mapping["authors"] = Node(authors.map(quoted))
        return try Yams.serialize(node: .mapping(mapping), width: -1, allowUnicode: true)
    }

    /// Never taken for a number.
    private static func quoted(_ text: String) -> Node { Node(text, Tag(.str), .doubleQuoted) }
}
