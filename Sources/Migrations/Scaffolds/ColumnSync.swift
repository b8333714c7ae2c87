import Domain

/// Keeps an old and a new column equal while old and new code write to the same table.
struct ColumnSync {
    let table: RelationName
    let old: String
    let new: String
    /// The new column's type, as SQL; and the old one's where it is known.
    let newType: String
    let oldType: String?

    /// The name of the trigger, and of its function in the table's schema.
    private var name: String { "\(table.name)_sync_\(old)_\(new)".shortened(toBytes: 63) }
    private var function: String { RelationName(schema: table.schema, name).asWritten }
    private var oldName: String { old.asWrittenName }
    private var newName: String { new.asWrittenName }

    var creation: String {
        """
        CREATE FUNCTION \(function)() RETURNS trigger LANGUAGE plpgsql AS $sync$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                IF NEW.\(newName) IS NULL THEN
                    NEW.\(newName) := \(newValue);
                ELSE
                    NEW.\(oldName) := \(oldValue);
                END IF;
            ELSIF \(hasChanged(newName, newType)) THEN
                NEW.\(oldName) := \(oldValue);
            ELSIF NEW.\(newName) IS NULL OR \(hasChanged(oldName, oldType)) THEN
                NEW.\(newName) := \(newValue);
            END IF;
            RETURN NEW;
        END
        $sync$;

        CREATE TRIGGER \(name.asWrittenName) BEFORE INSERT OR UPDATE ON \(table.asWritten)
            FOR EACH ROW EXECUTE FUNCTION \(function)();
        """
    }

    var removal: String {
        """
        DROP TRIGGER \(name.asWrittenName) ON \(table.asWritten);
        DROP FUNCTION \(function)();
        """
    }

    private var newValue: String { "NEW.\(oldName)" + (oldType == newType ? "" : "::\(newType)") }
    private var oldValue: String { "NEW.\(newName)" + (oldType == newType ? "" : oldType.map { "::\($0)" } ?? "") }

    /// Some types have no equality of their own; then their texts are compared.
    private func hasChanged(_ column: String, _ type: String?) -> String {
        let isComparable = type.map { !Self.typesWithoutEquality.contains($0.lowercased()) } ?? false
        let cast = isComparable ? "" : "::text"
        return "NEW.\(column)\(cast) IS DISTINCT FROM OLD.\(column)\(cast)"
    }

    private static let typesWithoutEquality: Set = ["json", "xml", "point", "polygon"]
}
