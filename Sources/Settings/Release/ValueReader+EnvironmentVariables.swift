import Domain
import Yams

extension ValueReader where Value == [String: String] {
    /// The environment of a process: names as shells have them, texts as values.
    static var environmentVariables: ValueReader {
        let schema: JSONValue = .object([
            "type": .text("object"), "maxProperties": .number(Limits.entries),
            "propertyNames": .object(["pattern": .text("^[A-Z_][A-Z0-9_]*$")]),
            "additionalProperties": .object(["type": .array([.text("string"), .text("number"), .text("boolean")])]),
        ])
        return ValueReader(schema: { schema }) { node in
            guard let mapping = node.node.mapping, mapping.count <= Limits.entries else {
                node.refuse(expected: "a mapping of at most \(Limits.entries) names to texts")
                return nil
            }
            var variables: [String: String] = [:]
            for (key, value) in mapping {
                guard let name = EnvironmentVariable.name(of: node.child(key, named: "")),
                    let text = EnvironmentVariable.value(of: node.child(value, named: name))
                else { continue }
                variables[name] = text
            }
            return variables
        }
    }
}

extension ValueReader where Value == [VariableName: SecretForm] {
    /// Names of secrets, each with how a process finds it.
    static var secretForms: ValueReader {
        let named = ValueReader<[(name: VariableName, value: SecretForm)]>.named(
            VariableName.self, limit: Limits.entries
        ) { _ in .choice(SecretForm.allCases.map(\.rawValue), SecretForm.init) }
        return ValueReader(schema: named.schema) { node in
            named.read(node).map {
                Dictionary($0.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
            }
        }
    }
}

/// The rules for one entry of `environment:` and `settings:`.
private enum EnvironmentVariable {
    /// What Switchyard itself tells every process.
    static let reserved: Set = ["PORT", "HOST", "DATABASE_URL", "SLOT", "ENVIRONMENT", "PROCESS", "INSTANCE"]

    static func name(of node: SettingNode) -> String? {
        let name = node.node.scalar?.string ?? ""
        guard let first = name.utf8.first, !isDigit(first), name.utf8.count <= 128,
            name.utf8.allSatisfy({ isDigit($0) || isUpper($0) || $0 == UInt8(ascii: "_") })
        else {
            node.report(
                "'\(name.shortened)' is no name of an environment variable; use A-Z, 0-9 and _, no digit first.")
            return nil
        }
        guard !reserved.contains(name), !name.hasPrefix("RELEASE_") else {
            node.report("'\(name)' is set by Switchyard itself; remove it.")
            return nil
        }
        return name
    }

    static func value(of node: SettingNode) -> String? {
        guard let text = node.text, text.utf8.count <= Limits.textBytes, !text.utf8.contains(0) else {
            node.refuse(expected: "a text of at most \(Limits.textBytes) bytes ('' for an empty one)")
            return nil
        }
        return text
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isUpper(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
}
