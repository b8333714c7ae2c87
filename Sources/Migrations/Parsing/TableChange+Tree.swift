extension TableChange {
    /// Reads one action of an ALTER TABLE.
    init(command: ParseNode) {
        let name = command["name"].text
        let cascades = command["behavior"].text == "DROP_CASCADE"
        switch command["subtype"].text {
        case "AT_AddColumn":
            self = .addColumn(ColumnDefinition(node: command["def"]["ColumnDef"]))
        case "AT_DropColumn":
            self = .dropColumn(name, cascades: cascades)
        case "AT_AlterColumnType":
            self = .changeType(column: name, type: command["def"]["ColumnDef"]["typeName"].typeText)
        case "AT_SetNotNull":
            self = .setNotNull(column: name)
        case "AT_DropNotNull":
            self = .dropNotNull(column: name)
        case "AT_ColumnDefault":
            self = command["def"].exists ? .setDefault(column: name) : .dropDefault(column: name)
        case "AT_AddConstraint":
            self = .addConstraint(ConstraintDefinition(node: command["def"]["Constraint"]))
        case "AT_ValidateConstraint":
            self = .validateConstraint(name)
        case "AT_DropConstraint":
            self = .dropConstraint(name, cascades: cascades)
        case let other:
            self = Self.partitionOrSecurity(other, command) ?? .other(other)
        }
    }

    private static func partitionOrSecurity(_ subtype: String, _ command: ParseNode) -> TableChange? {
        let partition = command["def"]["PartitionCmd"]
        switch subtype {
        case "AT_AttachPartition":
            return partition["name"].relation.map { .attachPartition($0) }
        case "AT_DetachPartition":
            return partition["name"].relation.map { .detachPartition($0, concurrently: partition["concurrent"].flag) }
        case "AT_EnableRowSecurity", "AT_ForceRowSecurity":
            return .rowSecurity(enabled: true)
        case "AT_DisableRowSecurity", "AT_NoForceRowSecurity":
            return .rowSecurity(enabled: false)
        default:
            return nil
        }
    }
}

extension ColumnDefinition {
    init(node: ParseNode) {
        let constraints = node["constraints"].list.map { $0["Constraint"] }
        let kinds = Set(constraints.map { $0["contype"].text })
        let serials: Set = ["smallserial", "serial", "bigserial", "serial2", "serial4", "serial8"]
        let type = node["typeName"].typeText
        self.init(
            name: node["colname"].text, type: type,
            isNotNull: !kinds.isDisjoint(with: ["CONSTR_NOTNULL", "CONSTR_PRIMARY"]) || serials.contains(type),
            hasDefault: kinds.contains("CONSTR_DEFAULT") || serials.contains(type),
            isGenerated: !kinds.isDisjoint(with: ["CONSTR_GENERATED", "CONSTR_IDENTITY"]),
            constraints: constraints.map(ConstraintDefinition.init(node:)).filter { $0.kind != .other })
    }
}

extension ConstraintDefinition {
    fileprivate init(node: ParseNode) {
        let kind: Kind =
            switch node["contype"].text {
            case "CONSTR_CHECK": .check
            case "CONSTR_FOREIGN": .foreignKey
            case "CONSTR_PRIMARY": .primaryKey
            case "CONSTR_UNIQUE": .unique
            case "CONSTR_EXCLUSION": .exclusion
            default: .other
            }
        self.init(
            name: node["conname"].optionalText, kind: kind, isValidated: !node["skip_validation"].flag,
            references: node["pktable"].relation, usesIndex: node["indexname"].exists,
            notNullColumn: node["raw_expr"]["NullTest"].columnThatIsNotNull)
    }
}

extension ParseNode {
    /// The column of the test `column IS NOT NULL`.
    fileprivate var columnThatIsNotNull: String? {
        let names = self["arg"]["ColumnRef"]["fields"].names
        return self["nulltesttype"].text == "IS_NOT_NULL" && names.count == 1 ? names.first : nil
    }
}
