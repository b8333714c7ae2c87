/// What to write instead of a statement that would keep the application waiting, as SQL.
struct Advice {
    let trace: StatementTrace

    /// Nil where there is no other way to write it.
    var sql: String? {
        switch trace.statement.kind {
        case .alterTable(let table, let changes):
            return changes.lazy.compactMap { advice(for: $0, on: table) }.first
        case .createIndex(let index):
            let unique = index.isUnique ? "UNIQUE " : ""
            let written = trace.statement.text.replacing(
                #/(?i)^create\s+(?:unique\s+)?index\s+/#, with: "CREATE \(unique)INDEX CONCURRENTLY ")
            return "\(written);"
        case .reindex:
            return trace.statement.text.replacing(#/(?i)^(?<what>reindex\s+\w+)\s+/#) { "\($0.what) CONCURRENTLY " }
                + ";"
        case .refreshView(let view, _):
            return """
                -- It needs a unique index over columns of the view, without an expression or a WHERE clause.
                REFRESH MATERIALIZED VIEW CONCURRENTLY \(view);
                """
        case .vacuum(_, full: true), .cluster:
            return "-- Use pg_repack, which writes the table anew beside the application."
        case .update, .delete, .insert, .merge: return "-- Move it to backfill.sql, which runs in batches."
        default: return nil
        }
    }

    /// For a statement that would do no harm in a transaction of its own.
    var splitting: String {
        "-- Put this statement into a migration of its own, so that no lock of an earlier one is held meanwhile:\n"
            + "\(trace.statement.text);"
    }

    private func advice(for change: TableChange, on table: RelationName) -> String? {
        switch change {
        case .addColumn(let column): return adding(column, to: table)
        case .addConstraint(let constraint): return adding(constraint, to: table)
        case .setNotNull(let column):
            let name = "\(table.name)_\(column)_not_null"
            return """
                ALTER TABLE \(table) ADD CONSTRAINT \(name) CHECK (\(column) IS NOT NULL) NOT VALID;
                -- In the next migration:
                ALTER TABLE \(table) VALIDATE CONSTRAINT \(name);
                -- In the one after it; reads no row, because the constraint proves it:
                ALTER TABLE \(table) ALTER COLUMN \(column) SET NOT NULL;
                ALTER TABLE \(table) DROP CONSTRAINT \(name);
                """
        case .changeType(let column, let type):
            return "switchyard migration new --change-type \(table).\(column):\(type.replacing(" ", with: ""))"
        case .attachPartition(let partition):
            return """
                -- First give \(partition) a CHECK constraint that says what its bounds say, NOT VALID, and validate it \
                in the next migration; then ATTACH PARTITION reads no row.
                """
        case .detachPartition(let partition, _):
            return "ALTER TABLE \(table) DETACH PARTITION \(partition) CONCURRENTLY;"
        case .validateConstraint: return splitting
        default: return nil
        }
    }

    private func adding(_ column: ColumnDefinition, to table: RelationName) -> String {
        let constraints = addedConstraints.map { name, definition in
            """
            ALTER TABLE \(table) ADD CONSTRAINT \(name) \(definition) NOT VALID;
            -- In the next migration:
            ALTER TABLE \(table) VALIDATE CONSTRAINT \(name);
            """
        }
        if !constraints.isEmpty {
            return (["ALTER TABLE \(table) ADD COLUMN \(column.name) \(column.type);"] + constraints)
                .joined(separator: "\n")
        }
        let adding = "ALTER TABLE \(table) ADD COLUMN \(column.name) \(column.type);\n"
        guard column.hasDefault, let value = newDefault(of: column) else {
            return adding + "-- Write it by a trigger from now on, and in backfill.sql for the rows of today."
        }
        return adding + """
            ALTER TABLE \(table) ALTER COLUMN \(column.name) SET DEFAULT \(value);
            -- In backfill.sql, in batches, write the value into the rows of today.
            """
    }

    private func adding(_ constraint: ConstraintDefinition, to table: RelationName) -> String? {
        switch constraint.kind {
        case .check, .foreignKey:
            let name = constraint.name ?? addedConstraints.first?.name ?? "\(table.name)_check"
            let definition = addedConstraints.first { $0.name == name }?.definition ?? "…"
            return """
                ALTER TABLE \(table) ADD CONSTRAINT \(name) \(definition) NOT VALID;
                -- In the next migration:
                ALTER TABLE \(table) VALIDATE CONSTRAINT \(name);
                """
        case .unique, .primaryKey:
            guard let added = addedConstraints.first else { return nil }
            let columns = added.definition.drop { $0 != "(" }
            let kind = constraint.kind == .unique ? "UNIQUE" : "PRIMARY KEY"
            return """
                CREATE UNIQUE INDEX CONCURRENTLY \(added.name) ON \(table) \(columns);
                -- In the next migration; a primary key's columns must be NOT NULL already:
                ALTER TABLE \(table) ADD CONSTRAINT \(added.name) \(kind) USING INDEX \(added.name);
                """
        case .exclusion, .other: return nil
        }
    }

    /// The constraints that the statement made, as the catalog writes them.
    private var addedConstraints: [(name: String, definition: String)] {
        (trace.difference?.added ?? []).filter { $0.kind == .constraint }.map { constraint in
            (constraint.name, (constraint.facts["definition"] ?? "").replacing(" NOT VALID", with: ""))
        }
    }

    private func newDefault(of column: ColumnDefinition) -> String? {
        trace.difference?.added.first { $0.kind == .column && $0.name == column.name }?.facts["default"]
    }
}
