import Foundation

/// A node of libpg_query's parse tree, which is JSON: what is absent has its default value.
///
/// Only what is asked for is read, and what lies before it is skipped: the tree of a statement with many rows or a deep
/// expression is a thousand times as large as what matters of it.
struct ParseNode {
    private let json: ParseTreeText
    /// Where the value begins; nil where it is absent.
    private let start: Int?

    private init(_ json: ParseTreeText, _ start: Int?) {
        self.json = json
        self.start = start
    }

    /// The tree of a text with one statement, as the node that it is; nil where there is none.
    init?(json: [UInt8]) {
        let tree = ParseNode(ParseTreeText(bytes: json), json.isEmpty ? nil : 0)
        var statements = tree["stmts"].children
        guard let statement = statements.next() else { return nil }
        self = ParseNode(tree.json, statement.value)["stmt"]
    }

    /// A field; absent ones can be asked further.
    subscript(field: String) -> ParseNode {
        var children = children
        while let child = children.next() {
            if let name = child.name, json.isString(at: name, field) { return ParseNode(json, child.value) }
        }
        return ParseNode(json, nil)
    }

    /// The only field of a node that says what another one is: `{"DropStmt": {…}}`.
    var only: (name: String, node: ParseNode)? {
        var children = children
        guard let field = children.next(), let name = field.name else { return nil }
        return (json.leaf(at: name) as? String ?? "", ParseNode(json, field.value))
    }

    var exists: Bool { start != nil }
    var text: String { leaf as? String ?? "" }
    var flag: Bool { leaf as? Bool ?? false }
    var number: Int { leaf as? Int ?? 0 }

    var list: [ParseNode] {
        var children = children
        var nodes: [ParseNode] = []
        while let child = children.next() { nodes.append(ParseNode(json, child.value)) }
        return nodes
    }

    private var leaf: Any? { start.flatMap { json.leaf(at: $0) } }
    private var children: ParseTreeText.Children { ParseTreeText.Children(of: json, at: start) }
}

extension ParseNode {
    /// Nil for the empty text, which is how libpg_query says "none".
    var optionalText: String? { text.isEmpty ? nil : text }

    /// The strings of a list: a qualified name.
    var names: [String] {
        let items = self["List"]["items"].exists ? self["List"]["items"].list : list
        return items.map { $0["String"]["sval"].text }
    }

    /// The name in a node that names a relation, with or without `RangeVar` around it.
    var relation: RelationName? {
        let range = self["RangeVar"].exists ? self["RangeVar"] : self
        return range["relname"].optionalText.map { RelationName(schema: range["schemaname"].optionalText, $0) }
    }

    /// The name of anything that DROP, ALTER and their like name.
    var objectName: RelationName? {
        if let relation { return relation }
        if let name = self["String"]["sval"].optionalText { return RelationName(name) }
        if self["TypeName"].exists { return RelationName(parts: self["TypeName"]["names"].names) }
        if self["ObjectWithArgs"].exists { return RelationName(parts: self["ObjectWithArgs"]["objname"].names) }
        return RelationName(parts: names)
    }

    /// A type as SQL says it: `numeric(8, 2)[]`.
    var typeText: String {
        let name = self["names"].names.filter { $0 != "pg_catalog" }.joined(separator: ".")
        let modifiers = self["typmods"].list.map { modifier in
            let constant = modifier["A_Const"]
            return constant["sval"].exists ? constant["sval"]["sval"].text : "\(constant["ival"]["ival"].number)"
        }
        let array = String(repeating: "[]", count: self["arrayBounds"].list.count)
        return name + (modifiers.isEmpty ? "" : "(\(modifiers.joined(separator: ", ")))") + array
    }
}

extension RelationName {
    /// The last part is the name, the one before it the schema.
    init?(parts: [String]) {
        guard let name = parts.last, !name.isEmpty else { return nil }
        self.init(schema: parts.dropLast().last, name)
    }
}
