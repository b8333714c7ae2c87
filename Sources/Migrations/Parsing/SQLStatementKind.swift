/// What a statement does, with the facts that matter to those who check, rehearse and run it.
package enum SQLStatementKind: Sendable, Equatable {
    case createTable(RelationName, columns: [ColumnDefinition], references: [RelationName])
    /// ALTER TABLE, and the same of indexes, views, sequences and composite types.
    case alterTable(RelationName, [TableChange])
    case createIndex(IndexDefinition)
    /// REINDEX; `relation` is nil for a whole schema or database.
    case reindex(relation: RelationName?, concurrently: Bool)
    case drop(SQLObject, [RelationName], concurrently: Bool, cascades: Bool)
    /// RENAME of an object or of a part of a relation (a column, a constraint, a trigger).
    case rename(SQLObject, of: RelationName?, from: String, to: String)
    case moveToSchema(SQLObject, RelationName, schema: String)
    case addEnumLabel(type: RelationName, label: String)
    case renameEnumLabel(type: RelationName, from: String, to: String)
    case createView(RelationName, replaces: Bool)
    case refreshView(RelationName, concurrently: Bool)
    case createFunction(RelationName, replaces: Bool)
    case createTrigger(String, on: RelationName)
    case select
    case insert(RelationName)
    case update(RelationName)
    case delete(RelationName)
    case merge(RelationName)
    case truncate([RelationName])
    /// COPY; `fromClient` for FROM STDIN and TO STDOUT.
    case copy(RelationName?, withClient: Bool)
    case lock([RelationName])
    case vacuum([RelationName], full: Bool)
    case analyze([RelationName])
    case cluster(RelationName?)
    /// BEGIN, COMMIT, ROLLBACK, SAVEPOINT and their like, by their first word.
    case transactionControl(String)
    /// SET or RESET of a setting; nil for RESET ALL.
    case setting(String?)
    /// DO: what it does is known to the server only.
    case anonymousBlock
    case call
    case grant([RelationName])
    case revoke([RelationName])
    /// What is not part of one database or refuses a transaction: CREATE DATABASE, ALTER SYSTEM, by its parse node.
    case serverWide(String)
    /// Everything else, by the name of its parse node.
    case other(String)
}

/// What CREATE INDEX says.
package struct IndexDefinition: Sendable, Equatable {
    /// Without a schema: an index lives where its table does. Nil where the server chooses it.
    package let name: String?
    package let table: RelationName
    package let isUnique: Bool
    package let concurrently: Bool
    package let ifNotExists: Bool
}

/// One action of an ALTER TABLE.
package enum TableChange: Sendable, Equatable {
    case addColumn(ColumnDefinition)
    case dropColumn(String, cascades: Bool)
    case changeType(column: String, type: String)
    case setNotNull(column: String)
    case dropNotNull(column: String)
    case setDefault(column: String)
    case dropDefault(column: String)
    case addConstraint(ConstraintDefinition)
    case validateConstraint(String)
    case dropConstraint(String, cascades: Bool)
    case attachPartition(RelationName)
    case detachPartition(RelationName, concurrently: Bool)
    case rowSecurity(enabled: Bool)
    /// Everything else, by the name of its parse node: AT_SetLogged.
    case other(String)
}

/// What CREATE TABLE and ADD COLUMN say of a column.
package struct ColumnDefinition: Sendable, Equatable {
    package let name: String
    package let type: String
    package let isNotNull: Bool
    package let hasDefault: Bool
    /// GENERATED ALWAYS AS (...) STORED or AS IDENTITY.
    package let isGenerated: Bool
    package let constraints: [ConstraintDefinition]
}

/// A constraint of a table or column.
package struct ConstraintDefinition: Sendable, Equatable {
    /// The kinds that a statement can add.
    package enum Kind: String, Sendable {
        case check, foreignKey, primaryKey, unique, exclusion, other
    }

    package let name: String?
    package let kind: Kind
    /// Whether the rows that are there are checked at once; false for NOT VALID.
    package let isValidated: Bool
    /// What a foreign key points at.
    package let references: RelationName?
    /// Whether it takes over an index that is there (USING INDEX).
    package let usesIndex: Bool
    /// The column of `CHECK (column IS NOT NULL)`.
    package let notNullColumn: String?
}

/// The kinds of objects that DROP and RENAME name.
package enum SQLObject: String, Sendable, CaseIterable {
    case table, column, view, materializedView, index, sequence, schema, type, attribute, domain, function, procedure
    case trigger, constraint, policy, extensionModule, rule, role, database, other
}
