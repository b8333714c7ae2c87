import Yams

/// One value of a settings file, with its name and its place.
struct SettingNode {
    let node: Node
    /// The path of keys that leads here, `processes.web.instances`; nil for the whole file.
    let name: String?
    let document: YAMLDocument

    /// Reports that this value is not what it must be; `hint` is what was probably meant.
    func refuse(expected: String, hint: String? = nil) {
        let end = hint.map { "; did you mean \($0)?" } ?? "."
        document.report("\(subject) is \(found), but must be \(expected)\(end)", at: node.mark)
    }

    /// Reports a problem at this value's place.
    func report(_ sentence: String) { document.report(sentence, at: node.mark) }

    func child(_ node: Node, named key: String) -> SettingNode {
        SettingNode(node: node, name: name.map { "\($0).\(key)" } ?? key, document: document)
    }

    func element(_ node: Node, at index: Int) -> SettingNode {
        SettingNode(node: node, name: "\(name ?? "")[\(index)]", document: document)
    }

    var subject: String { name.map { "'\($0)'" } ?? "the file" }

    /// The scalar as it was written; nil for lists, mappings and empty values.
    var text: String? { isEmpty ? nil : node.scalar?.string }

    /// The scalar when it was written without quotes, so that it may be a number or a truth value.
    var plainText: String? { node.scalar?.style == .plain ? text : nil }

    var isEmpty: Bool {
        guard let scalar = node.scalar, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    private var found: String {
        if isEmpty { return "empty" }
        return switch node {
        case .scalar(let scalar) where scalar.style == .plain: "'\(scalar.string.shortened)'"
        case .scalar(let scalar): "the text '\(scalar.string.shortened)'"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}

extension String {
    /// The text cut to what an error sentence can carry.
    var shortened: String { count > 60 ? "\(prefix(60))…" : self }
}
