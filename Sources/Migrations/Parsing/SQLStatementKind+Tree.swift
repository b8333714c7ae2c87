extension SQLStatementKind {
    /// Reads what the node of a statement says.
    init(tree: ParseNode) {
        guard let (name, node) = tree.only else {
            self = .other("nothing")
            return
        }
        self =
            Self.definition(name, node) ?? Self.change(name, node) ?? Self.data(name, node)
            ?? Self.administration(name, node) ?? .other(name)
    }

    /// CREATE.
    private static func definition(_ name: String, _ node: ParseNode) -> SQLStatementKind? {
        switch name {
        case "CreateStmt":
            let elements = node["tableElts"].list
            let columns = elements.flatMap { $0["ColumnDef"]["constraints"].list }
            let references = (columns + elements).compactMap { $0["Constraint"]["pktable"].relation }
            let parents = node["inhRelations"].list.compactMap(\.relation)
            let definitions = elements.map { $0["ColumnDef"] }.filter(\.exists).map(ColumnDefinition.init(node:))
            return node["relation"].relation.map {
                .createTable($0, columns: definitions, references: references + parents)
            }
        case "CreateTableAsStmt":
            let isView = node["objtype"].text == "OBJECT_MATVIEW"
            return node["into"]["rel"].relation.map { created in
                isView ? .createView(created, replaces: false) : .createTable(created, columns: [], references: [])
            }
        case "IndexStmt":
            return node["relation"].relation.map { table in
                .createIndex(
                    IndexDefinition(
                        name: node["idxname"].optionalText, table: table, isUnique: node["unique"].flag,
                        concurrently: node["concurrent"].flag, ifNotExists: node["if_not_exists"].flag))
            }
        case "ViewStmt":
            return node["view"].relation.map { .createView($0, replaces: node["replace"].flag) }
        case "CreateFunctionStmt":
            return RelationName(parts: node["funcname"].names)
                .map { .createFunction($0, replaces: node["replace"].flag) }
        case "CreateTrigStmt":
            return node["relation"].relation.map { .createTrigger(node["trigname"].text, on: $0) }
        default:
            return nil
        }
    }

    /// ALTER and DROP.
    private static func change(_ name: String, _ node: ParseNode) -> SQLStatementKind? {
        switch name {
        case "AlterTableStmt":
            return node["relation"].relation.map { relation in
                .alterTable(relation, node["cmds"].list.map { TableChange(command: $0["AlterTableCmd"]) })
            }
        case "RenameStmt":
            let relation = node["relation"].relation ?? node["object"].objectName
            let old = node["subname"].optionalText ?? relation?.name ?? ""
            return .rename(SQLObject(node["renameType"].text), of: relation, from: old, to: node["newname"].text)
        case "AlterObjectSchemaStmt":
            return (node["relation"].relation ?? node["object"].objectName).map {
                .moveToSchema(SQLObject(node["objectType"].text), $0, schema: node["newschema"].text)
            }
        case "AlterEnumStmt":
            return RelationName(parts: node["typeName"].names).map { type in
                guard let old = node["oldVal"].optionalText else {
                    return .addEnumLabel(type: type, label: node["newVal"].text)
                }
                return .renameEnumLabel(type: type, from: old, to: node["newVal"].text)
            }
        case "DropStmt":
            return .drop(
                SQLObject(node["removeType"].text), node["objects"].list.compactMap(\.objectName),
                concurrently: node["concurrent"].flag, cascades: node["behavior"].text == "DROP_CASCADE")
        default:
            return nil
        }
    }

    /// What reads and writes rows.
    private static func data(_ name: String, _ node: ParseNode) -> SQLStatementKind? {
        let relation = node["relation"].relation
        let relations = node["relations"].list.compactMap(\.relation)
        switch name {
        case "SelectStmt":
            let created = node["intoClause"]["rel"].relation
            let writing = node["withClause"]["ctes"].list.lazy.compactMap { part -> SQLStatementKind? in
                let query = part["CommonTableExpr"]["ctequery"].only
                guard let query, query.name != "SelectStmt" else { return nil }
                return data(query.name, query.node)
            }
            return created.map { .createTable($0, columns: [], references: []) } ?? writing.first ?? .select
        case "InsertStmt": return relation.map { .insert($0) }
        case "UpdateStmt": return relation.map { .update($0) }
        case "DeleteStmt": return relation.map { .delete($0) }
        case "MergeStmt": return relation.map { .merge($0) }
        case "TruncateStmt": return .truncate(relations)
        case "CopyStmt": return .copy(relation, withClient: !node["filename"].exists)
        case "LockStmt": return .lock(relations)
        case "RefreshMatViewStmt":
            return relation.map { .refreshView($0, concurrently: node["concurrent"].flag) }
        default: return nil
        }
    }

    private static func administration(_ name: String, _ node: ParseNode) -> SQLStatementKind? {
        switch name {
        case "VacuumStmt":
            let relations = node["rels"].list.compactMap { $0["VacuumRelation"]["relation"].relation }
            let isFull = node["options"].list.contains { $0["DefElem"].isOn("full") }
            return node["is_vacuumcmd"].flag ? .vacuum(relations, full: isFull) : .analyze(relations)
        case "ClusterStmt": return .cluster(node["relation"].relation)
        case "ReindexStmt":
            let concurrently = node["params"].list.contains { $0["DefElem"].isOn("concurrently") }
            return .reindex(relation: node["relation"].relation, concurrently: concurrently)
        case "TransactionStmt": return .transactionControl(node["kind"].text.transactionWord)
        case "VariableSetStmt": return .setting(node["name"].optionalText)
        case "DoStmt": return .anonymousBlock
        case "CallStmt": return .call
        case "GrantStmt":
            let relations = node["objects"].list.compactMap(\.relation)
            return node["is_grant"].flag ? .grant(relations) : .revoke(relations)
        case "CreatedbStmt", "DropdbStmt", "AlterSystemStmt", "CreateTableSpaceStmt", "DropTableSpaceStmt",
            "CreateSubscriptionStmt", "DropSubscriptionStmt", "AlterDatabaseStmt", "DiscardStmt",
            "AlterDatabaseSetStmt", "CreateRoleStmt", "AlterRoleStmt", "AlterRoleSetStmt", "DropRoleStmt",
            "GrantRoleStmt":
            return .serverWide(name)
        default: return nil
        }
    }
}

extension ParseNode {
    /// Whether an option of that name is given and not switched off.
    fileprivate func isOn(_ name: String) -> Bool {
        let argument = self["arg"]
        let isOff =
            ["false", "off", "0"].contains(argument["String"]["sval"].text.lowercased())
            || (argument["Integer"].exists && argument["Integer"]["ival"].number == 0)
        return self["defname"].text.lowercased() == name && !isOff
    }
}

extension String {
    /// `TRANS_STMT_ROLLBACK_TO` is ROLLBACK TO.
    fileprivate var transactionWord: String {
        replacing("TRANS_STMT_", with: "").replacing("_", with: " ")
    }
}

extension SQLObject {
    /// By libpg_query's name: OBJECT_MATVIEW.
    init(_ name: String) {
        self =
            switch name {
            case "OBJECT_TABLE", "OBJECT_FOREIGN_TABLE": .table
            case "OBJECT_COLUMN": .column
            case "OBJECT_VIEW": .view
            case "OBJECT_MATVIEW": .materializedView
            case "OBJECT_INDEX": .index
            case "OBJECT_SEQUENCE": .sequence
            case "OBJECT_SCHEMA": .schema
            case "OBJECT_TYPE": .type
            case "OBJECT_ATTRIBUTE": .attribute
            case "OBJECT_DOMAIN": .domain
            case "OBJECT_FUNCTION", "OBJECT_AGGREGATE", "OBJECT_ROUTINE": .function
            case "OBJECT_PROCEDURE": .procedure
            case "OBJECT_TRIGGER": .trigger
            case "OBJECT_TABCONSTRAINT", "OBJECT_DOMCONSTRAINT": .constraint
            case "OBJECT_POLICY": .policy
            case "OBJECT_EXTENSION": .extensionModule
            case "OBJECT_RULE": .rule
            case "OBJECT_ROLE": .role
            case "OBJECT_DATABASE": .database
            default: .other
            }
    }
}
