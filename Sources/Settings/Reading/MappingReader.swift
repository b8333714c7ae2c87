import Yams

/// A cursor over one mapping: asking for a key reads it, and the keys that were asked for are the keys that exist.
///
/// The same function that reads a mapping describes it: without a node every key is only noted, and the notes become
/// the mapping's JSON Schema. So file format, error messages and schema cannot drift apart.
final class MappingReader {
    private struct Key {
        let name: String
        let summary: String
        let isRequired: Bool
        let schema: () -> JSONValue
    }

    /// The mapping's value; nil while the mapping is only described.
    private let source: SettingNode?
    private let mapping: Node.Mapping?
    private var keys: [Key] = []

    /// Reads the mapping of a node; reports keys that are written twice.
    init(_ source: SettingNode, _ mapping: Node.Mapping) {
        self.source = source
        self.mapping = mapping
    }

    private init() {
        source = nil
        mapping = nil
    }

    /// The value of a key that must be there; nil when it is missing or wrong, which has been reported then.
    func required<Value>(_ name: String, _ reader: ValueReader<Value>, _ summary: String) -> Value? {
        note(name, reader, summary, isRequired: true)
        guard let value = node(name) else {
            source?.report("'\(path(name))' is missing; add it: \(summary)")
            return nil
        }
        return reader.read(value)
    }

    /// The value of a key that may be left out; nil also when it is wrong, which has been reported then.
    func optional<Value>(_ name: String, _ reader: ValueReader<Value>, _ summary: String) -> Value? {
        note(name, reader, summary, isRequired: false)
        return node(name).flatMap(reader.read)
    }

    /// Whether the file has the key, also with a wrong value.
    func isWritten(_ name: String) -> Bool { node(name) != nil }

    /// Reports a problem at a key's value, or at the mapping where the key is missing.
    func report(_ name: String, _ sentence: String) {
        (node(name) ?? source)?.report(sentence)
    }

    /// Reports a problem at the value of a key inside a key's mapping.
    func report(_ name: String, _ inner: String, _ sentence: String) {
        (node(name, inner) ?? node(name) ?? source)?.report(sentence)
    }

    /// The line of the value of a key inside a key's mapping; nil where it is not written.
    func line(of name: String, _ inner: String) -> Int? { node(name, inner)?.node.mark?.line }

    /// Reports every key that nobody asked for, with the nearest name that exists.
    func finish() {
        guard let source, let mapping else { return }
        let names = keys.map(\.name)
        for (key, _) in mapping {
            let name = key.scalar?.string ?? ""
            guard !names.contains(name) else { continue }
            let hint = NearestName.of(name, among: names).map { "did you mean '\($0)'? " } ?? ""
            let place = source.name.map { " in '\($0)'" } ?? ""
            source.document.report(
                "unknown key '\(name.shortened)'\(place); \(hint)Allowed: \(names.joined(separator: ", ")).",
                at: key.mark
            )
        }
    }

    /// The JSON Schema of the mapping that `body` reads.
    static func schema<Value>(of body: (MappingReader) -> Value) -> JSONValue {
        let reader = MappingReader()
        _ = body(reader)
        return reader.schema
    }
}

extension MappingReader {
    private func note<Value>(_ name: String, _ reader: ValueReader<Value>, _ summary: String, isRequired: Bool) {
        keys.append(Key(name: name, summary: summary, isRequired: isRequired, schema: reader.schema))
    }

    private func node(_ name: String) -> SettingNode? {
        guard let source, let mapping else { return nil }
        return mapping.first { $0.key.scalar?.string == name }.map { source.child($0.value, named: name) }
    }

    private func node(_ name: String, _ inner: String) -> SettingNode? {
        guard let outer = node(name) else { return nil }
        return outer.node.mapping?.first { $0.key.scalar?.string == inner }.map { outer.child($0.value, named: inner) }
    }

    private func path(_ name: String) -> String { source?.name.map { "\($0).\(name)" } ?? name }

    private var schema: JSONValue {
        let properties = keys.map { key in
            (key.name, key.schema().adding("description", .text(key.summary)))
        }
        let required = keys.filter(\.isRequired).map { JSONValue.text($0.name) }
        let object: [String: JSONValue] = [
            "type": .text("object"), "additionalProperties": .boolean(false),
            "properties": .object(Dictionary(uniqueKeysWithValues: properties)),
        ]
        return required.isEmpty ? .object(object) : JSONValue.object(object).adding("required", .array(required))
    }
}
