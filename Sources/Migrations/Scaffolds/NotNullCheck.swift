import Domain

/// A check that stands in for NOT NULL while rows may still have none; validating it stops nobody.
struct NotNullCheck {
    let table: RelationName
    let column: String

    var name: String { "\(table.name)_\(column)_not_null".shortened(toBytes: 63) }

    var creation: String {
        """
        ALTER TABLE \(table.asWritten) ADD CONSTRAINT \(name.asWrittenName)
            CHECK (\(column.asWrittenName) IS NOT NULL) NOT VALID;
        """
    }

    /// The server believes a validated check, so that SET NOT NULL reads no row.
    var completion: String {
        """
        ALTER TABLE \(table.asWritten) VALIDATE CONSTRAINT \(name.asWrittenName);
        ALTER TABLE \(table.asWritten) ALTER COLUMN \(column.asWrittenName) SET NOT NULL;
        ALTER TABLE \(table.asWritten) DROP CONSTRAINT \(name.asWrittenName);
        """
    }
}

/// Gives a value to rows that are written without one, for code that does not know yet that it must.
struct NullFilling {
    let table: RelationName
    let column: String
    /// SQL.
    let value: String

    private var name: String { "\(table.name)_fill_\(column)".shortened(toBytes: 63) }
    private var function: String { RelationName(schema: table.schema, name).asWritten }

    var creation: String {
        """
        CREATE FUNCTION \(function)() RETURNS trigger LANGUAGE plpgsql AS $fill$
        BEGIN
            NEW.\(column.asWrittenName) := \(value);
            RETURN NEW;
        END
        $fill$;

        CREATE TRIGGER \(name.asWrittenName) BEFORE INSERT OR UPDATE ON \(table.asWritten)
            FOR EACH ROW WHEN (NEW.\(column.asWrittenName) IS NULL) EXECUTE FUNCTION \(function)();
        """
    }

    var removal: String {
        """
        DROP TRIGGER \(name.asWrittenName) ON \(table.asWritten);
        DROP FUNCTION \(function)();
        """
    }
}
