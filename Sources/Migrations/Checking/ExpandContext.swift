/// A statement's surroundings in an expand step: what the step itself made before it, it may also change.
struct ExpandContext {
    let before: ArraySlice<SQLStatement>
    let after: ArraySlice<SQLStatement>
    let notNullChecks: NotNullChecks

    func findings(about statement: SQLStatement) -> [Finding] {
        switch statement.kind {
        case .drop(let object, let names, _, _):
            names.filter { takesAway(object, $0) }.map { name in
                contract(statement, "drops the \(object.words) \(name)")
            }
        case .rename(let object, let relation, let old, let new):
            isRenameSeen(object) && !isNew(relation)
                ? [rename(statement, object, relation, from: old, to: new)] : []
        case .renameEnumLabel(let type, let old, _):
            isNew(type) ? [] : [contract(statement, "renames the label '\(old)' of \(type)")]
        case .moveToSchema(let object, let name, let schema):
            isNew(name) ? [] : [contract(statement, "moves the \(object.words) \(name) to the schema \(schema)")]
        case .truncate(let tables):
            tables.filter { !isNew($0) }.map { contract(statement, "removes all rows of \($0)") }
        case .revoke(let relations):
            relations.filter { !isNew($0) }.map { contract(statement, "takes rights on \($0) away") }
        case .alterTable(let table, let changes):
            isNew(table) ? [] : changes.compactMap { finding(about: $0, of: table, in: statement) }
        default:
            []
        }
    }

    private func finding(about change: TableChange, of table: RelationName, in statement: SQLStatement) -> Finding? {
        switch change {
        case .dropColumn(let column, _):
            return contract(statement, "drops the column \(column) of \(table)")
        case .dropDefault(let column):
            return contract(statement, "drops the default of \(table).\(column), which inserts may rely on")
        case .addColumn(let column) where column.isNotNull && !column.hasDefault && !column.isGenerated:
            return Finding(
                .requiredColumn, .dangerous, about: statement,
                "The running release inserts into \(table) without \(column.name), which would need a value.",
                instead: """
                    Give the column a default or let it be null; 'switchyard migration new \
                    --add-not-null \(table).\(column.name):VALUE' writes the steps.
                    """)
        case .setNotNull(let column) where !holdsNotNull(column, of: table):
            return Finding(
                .setNotNull, .dangerous, about: statement,
                "No validated check says that \(table).\(column) is never null, so the table is read under a lock "
                    + "that stops every read and write, and a running release that writes null fails.",
                instead: "'switchyard migration new --add-not-null \(table).\(column):VALUE' writes the steps.")
        case .changeType(let column, let type) where !mayWiden(to: type):
            return Finding(
                .typeChange, .dangerous, about: statement,
                "The running release reads \(table).\(column) with the type that it has now.",
                instead: "'switchyard migration new --change-type \(table).\(column):\(type)' writes the steps.")
        default:
            return nil
        }
    }

    private func contract(_ statement: SQLStatement, _ deed: String) -> Finding {
        Finding(
            .contractInExpand, .dangerous, about: statement,
            "An expand step \(deed), while the running release may still use it.",
            instead: "Put it into contract.sql, which runs in a deployment of its own.")
    }

    private func rename(
        _ statement: SQLStatement, _ object: SQLObject, _ relation: RelationName?, from old: String, to new: String
    ) -> Finding {
        guard object == .column, let relation else {
            return contract(statement, "renames the \(object.words) \(relation.map { "\($0)" } ?? old)")
        }
        return Finding(
            .contractInExpand, .dangerous, about: statement,
            "An expand step renames the column \(old) of \(relation), while the running release may still use it.",
            instead: "'switchyard migration new --rename \(relation).\(old):\(new)' writes the steps.")
    }

    /// A check that an earlier statement, here or in an earlier migration, has validated.
    private func holdsNotNull(_ column: String, of table: RelationName) -> Bool {
        notNullChecks.hold(column, of: table)
    }

    /// Whether every value of another length or precision may fit; then the rehearsal tells what it costs.
    private func mayWiden(to type: String) -> Bool {
        let base = type.prefix { $0 != "(" && $0 != "[" }
        return ["text", "varchar", "numeric", "varbit", "citext"].contains(base) || type.contains("(")
    }

    /// Whether the step made the thing itself.
    private func isNew(_ name: RelationName?) -> Bool {
        guard let name else { return false }
        return before.contains { $0.kind.creates(name) }
    }

    private func takesAway(_ object: SQLObject, _ name: RelationName) -> Bool {
        switch object {
        case .index, .constraint, .other: return false
        case .view, .materializedView, .function, .procedure, .trigger, .rule, .policy:
            let isPutBack = after.contains { $0.kind.creates(name) }
            return !isPutBack && !isNew(name)
        default: return !isNew(name)
        }
    }

    private func isRenameSeen(_ object: SQLObject) -> Bool {
        switch object {
        case .index, .constraint, .trigger, .policy, .rule, .role, .other: false
        default: true
        }
    }
}

extension SQLStatementKind {
    /// Whether the statement drops a relation of that name.
    func drops(_ name: RelationName) -> Bool {
        guard case .drop(let object, let names, _, _) = self else { return false }
        return object.isRelation && names.contains(name)
    }

    /// Whether the statement makes something of that name.
    fileprivate func creates(_ name: RelationName) -> Bool {
        switch self {
        case .createTable(let made, _, _), .createView(let made, _), .createFunction(let made, _): made == name
        // DROP TRIGGER names a trigger as a part of its table.
        case .createTrigger(let trigger, let table): RelationName(schema: table.name, trigger) == name
        default: false
        }
    }
}

extension SQLObject {
    /// As it stands in a sentence.
    var words: String {
        switch self {
        case .materializedView: "materialized view"
        case .extensionModule: "extension"
        case .other: "object"
        default: rawValue
        }
    }
}
