import Domain
import Yams

extension ValueReader where Value == [ProcessName: ProcessDefinition] {
    /// The processes by name, of which exactly one is the web process.
    static var processes: ValueReader {
        let named = ValueReader<[(name: ProcessName, value: ProcessDefinition)]>.named(ProcessName.self, limit: 32) {
            .process(named: $0)
        }
        return ValueReader(schema: named.schema) { node in
            guard let entries = named.read(node) else { return nil }
            let web = entries.filter { $0.value.kind == .web }.map { "'\($0.name)'" }
            // Where an entry was refused, nobody knows yet whether it would have been the web process.
            if web.count != 1, entries.count == node.node.mapping?.count {
                node.report(
                    "'\(node.name ?? "processes")' has \(web.isEmpty ? "no process" : web.joined(separator: " and ")) "
                        + "of kind web; a release has exactly one.")
            }
            return Dictionary(entries.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        }
    }
}

extension ValueReader where Value == ProcessDefinition {
    static func process(named name: ProcessName) -> ValueReader {
        .mapping { keys in
            let kind = keys.optional(
                "kind", .choice(ProcessDefinition.Kind.allCases.map(\.rawValue), ProcessDefinition.Kind.init),
                "How it changes hands; web for the process named web, worker for others.")
            let command = keys.required("command", .command, "the program and its arguments, as a list or one line.")
            let instances = keys.optional("instances", .integer(1...64), "How many of it run; 1 by default.")
            let memory = keys.optional(
                "memory_limit", .size((16 << 20)...(1 << 40)), "Memory it may take; no limit by default.")
            let openFiles = keys.optional(
                "open_files", .integer(64...1_048_576), "Most open files; 65536 by default.")
            if kind == .singleton, let instances, instances != 1 {
                keys.report("instances", "a singleton never runs twice; leave 'instances' out.")
            }
            guard let command else { return nil }
            return ProcessDefinition(
                kind: kind ?? (name.rawValue == "web" ? .web : .worker), command: command,
                instances: instances ?? 1, memoryLimit: memory, openFiles: openFiles ?? 65_536)
        }
    }
}

extension ValueReader where Value == [String] {
    /// A program and its arguments: a list of texts, or one line that is split into words.
    static var command: ValueReader {
        let list = list(of: .argument)
        let schema: () -> JSONValue = {
            .object(["oneOf": .array([.object(["type": .text("string"), "minLength": .number(1)]), list.schema()])])
        }
        return ValueReader(schema: schema) { node in
            guard let words = node.node.sequence == nil ? split(node) : list.read(node) else { return nil }
            guard let program = words.first, !program.isEmpty, !program.hasSuffix("/") else {
                node.report("\(node.subject) names no program.")
                return nil
            }
            let inside = program.hasPrefix("./") ? String(program.dropFirst(2)) : program
            guard program.hasPrefix("/") || RelativePath.accepts(inside) else {
                node.report("\(node.subject) runs '\(program.shortened)', which is outside the release.")
                return nil
            }
            return [program.hasPrefix("./") && !inside.contains("/") ? program : inside] + words.dropFirst()
        }
    }

    private static func split(_ node: SettingNode) -> [String]? {
        guard let line = node.text, line.utf8.count <= Limits.textBytes, !line.hasControlCharacters else {
            node.refuse(expected: "a list of words, or one line of text")
            return nil
        }
        do throws(CommandWords.Refusal) {
            return try CommandWords.split(line)
        } catch {
            node.report("\(node.subject) \(error).")
            return nil
        }
    }
}

extension ValueReader where Value == String {
    /// One argument, which may be empty.
    fileprivate static var argument: ValueReader {
        scalar(
            "a text", schema: ["type": .array([.text("string"), .text("number"), .text("boolean")])]
        ) { node in
            node.text.flatMap { $0.utf8.count <= Limits.textBytes && !$0.utf8.contains(0) ? $0 : nil }
        }
    }
}
