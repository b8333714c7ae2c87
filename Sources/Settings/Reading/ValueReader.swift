import Domain
import Yams

/// How one kind of value is read, and how the JSON Schema describes it.
struct ValueReader<Value> {
    let schema: () -> JSONValue
    /// Reads the value, or reports what is wrong with it and returns nil.
    let read: (SettingNode) -> Value?
}

extension ValueReader {
    /// A scalar that `parse` understands; `expectation` completes the sentence "but must be …".
    static func scalar(
        _ expectation: String, schema: [String: JSONValue] = ["type": .text("string")],
        parse: @escaping (SettingNode) -> Value?
    ) -> ValueReader {
        ValueReader(schema: { .object(schema) }) { node in
            guard let value = parse(node) else {
                node.refuse(expected: expectation)
                return nil
            }
            return value
        }
    }

    /// One of the named values.
    static func choice(_ names: [String], _ value: @escaping (String) -> Value?) -> ValueReader {
        let list = names.joined(separator: ", ")
        let schema: JSONValue = .object(["enum": .array(names.map(JSONValue.text))])
        return ValueReader(schema: { schema }) { node in
            if let text = node.text, names.contains(text), let value = value(text) { return value }
            let hint = node.text.flatMap { NearestName.of($0, among: names) }.map { "'\($0)'" }
            node.refuse(expected: "one of \(list)", hint: hint)
            return nil
        }
    }

    /// A mapping whose keys `body` asks for.
    static func mapping(_ body: @escaping (MappingReader) -> Value?) -> ValueReader {
        ValueReader(schema: { MappingReader.schema(of: body) }) { node in
            guard let mapping = node.node.mapping else {
                node.refuse(expected: "a mapping of keys to values")
                return nil
            }
            let keys = MappingReader(node, mapping)
            let value = body(keys)
            keys.finish()
            return value
        }
    }
}

extension ValueReader {
    /// A list of such values, at most `limit` of them.
    static func list<Element>(
        of element: ValueReader<Element>, limit: Int = Limits.entries
    ) -> ValueReader where Value == [Element] {
        let schema: () -> JSONValue = {
            .object(["type": .text("array"), "maxItems": .number(limit), "items": element.schema()])
        }
        return ValueReader(schema: schema) { node in
            guard let sequence = node.node.sequence, sequence.count <= limit else {
                node.refuse(expected: "a list of at most \(limit) entries")
                return nil
            }
            return sequence.enumerated().compactMap { element.read(node.element($1, at: $0)) }
        }
    }

    /// A mapping from free names to such values, in the file's order; each name must keep its type's rule.
    static func named<Name: ValidatedName, Element>(
        _ type: Name.Type, limit: Int, _ element: @escaping (Name) -> ValueReader<Element>
    ) -> ValueReader where Value == [(name: Name, value: Element)] {
        let schema: () -> JSONValue = {
            .object([
                "type": .text("object"), "minProperties": .number(1), "maxProperties": .number(limit),
                "propertyNames": .object(["description": .text("Use \(Name.rule).")]),
                "additionalProperties": element(Name(unchecked: "name")).schema(),
            ])
        }
        return ValueReader(schema: schema) { node in
            guard let mapping = node.node.mapping, (1...limit).contains(mapping.count) else {
                node.refuse(expected: "a mapping with 1 to \(limit) names")
                return nil
            }
            return mapping.compactMap { key, value in
                let text = key.scalar?.string ?? ""
                guard let name = node.child(key, named: text).validatedName(Name.self) else { return nil }
                return element(name).read(node.child(value, named: text)).map { (name, $0) }
            }
        }
    }
}
