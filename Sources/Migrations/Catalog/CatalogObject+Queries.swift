extension CatalogObject.Kind {
    /// Reads all objects of the kind: `number`, `name`, `parent` and `facts` as a JSON object of texts.
    var query: String {
        switch self {
        case .schema: Self.schemas
        case .extensionModule: Self.extensions
        case .type: Self.types
        case .domain: Self.domains
        case .sequence: Self.sequences
        case .table: Self.tables
        case .column: Self.columns
        case .view: Self.views(relationKind: "v")
        case .materializedView: Self.views(relationKind: "m")
        case .constraint: Self.constraints
        case .index: Self.indexes
        case .trigger: Self.triggers
        case .policy: Self.policies
        case .rule: Self.rules
        case .statistics: Self.extendedStatistics
        case .function: Self.functions
        case .setting: Self.settings
        }
    }

    /// Schemas that belong to somebody else.
    private static let own = """
        n.nspname NOT IN ('pg_catalog', 'information_schema', 'switchyard') AND n.nspname !~ '^pg_(toast|temp)'
        """

    private static func isNoExtensions(_ catalog: String, _ number: String) -> String {
        """
        NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '\(catalog)'::regclass AND e.objid = \(number)
            AND e.deptype = 'e')
        """
    }

    /// What each role may do, in a fixed order; what the owner may do by itself is written out.
    private static func privileges(_ list: String, default kind: String, owner: String) -> String {
        """
        (SELECT string_agg(grants.line, '; ' ORDER BY grants.line) FROM (
            SELECT coalesce(r.rolname, 'PUBLIC') || '=' || string_agg(a.privilege_type, ',' ORDER BY a.privilege_type)
                AS line
            FROM aclexplode(coalesce(\(list), acldefault('\(kind)', \(owner)))) a
            LEFT JOIN pg_roles r ON r.oid = a.grantee GROUP BY r.rolname) grants)
        """
    }

    private static let schemas = """
        SELECT n.oid::text AS number, n.nspname AS name, NULL AS parent, jsonb_build_object(
            'owner', pg_get_userbyid(n.nspowner),
            'privileges', \(privileges("n.nspacl", default: "n", owner: "n.nspowner")))::text AS facts
        FROM pg_namespace n WHERE \(own) AND \(isNoExtensions("pg_namespace", "n.oid"))
        """

    private static let extensions = """
        SELECT oid::text AS number, extname AS name, NULL AS parent,
            jsonb_build_object('version', extversion)::text AS facts
        FROM pg_extension
        """

    /// Enumerations with their labels, and composite types with their attributes.
    private static let types = """
        SELECT t.oid::text AS number, n.nspname || '.' || t.typname AS name, NULL AS parent, jsonb_build_object(
            'labels', (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum
                WHERE enumtypid = t.oid),
            'attributes', (SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', '
                ORDER BY a.attnum) FROM pg_attribute a
                WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped AND t.typtype = 'c'),
            'range of', (SELECT format_type(rngsubtype, NULL) FROM pg_range WHERE rngtypid = t.oid),
            'owner', pg_get_userbyid(t.typowner),
            'privileges', \(privileges("t.typacl", default: "T", owner: "t.typowner")))::text AS facts
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE \(own) AND (t.typtype IN ('e', 'r') OR t.typtype = 'c' AND c.relkind = 'c')
            AND \(isNoExtensions("pg_type", "t.oid"))
        """

    private static let domains = """
        SELECT t.oid::text AS number, n.nspname || '.' || t.typname AS name, NULL AS parent, jsonb_build_object(
            'type', format_type(t.typbasetype, t.typtypmod), 'not null', t.typnotnull::text, 'default', t.typdefault,
            'owner', pg_get_userbyid(t.typowner))::text AS facts
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE \(own) AND t.typtype = 'd' AND \(isNoExtensions("pg_type", "t.oid"))
        """

    private static let sequences = """
        SELECT c.oid::text AS number, n.nspname || '.' || c.relname AS name, NULL AS parent, jsonb_build_object(
            'type', format_type(s.seqtypid, NULL), 'start', s.seqstart::text, 'increment', s.seqincrement::text,
            'minimum', s.seqmin::text, 'maximum', s.seqmax::text, 'cycles', s.seqcycle::text,
            'owned by', (SELECT d.refobjid::regclass::text || '.' || a.attname FROM pg_depend d
                JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i') LIMIT 1),
            'owner', pg_get_userbyid(c.relowner),
            'privileges', \(privileges("c.relacl", default: "s", owner: "c.relowner")))::text AS facts
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE \(own) AND \(isNoExtensions("pg_class", "c.oid"))
        """

    private static let tables = """
        SELECT c.oid::text AS number, n.nspname || '.' || c.relname AS name, NULL AS parent, jsonb_build_object(
            'persistence', c.relpersistence, 'foreign', CASE c.relkind WHEN 'f' THEN 'true' END,
            'options', array_to_string(c.reloptions, ', '),
            'row security', c.relrowsecurity::text, 'row security of the owner', c.relforcerowsecurity::text,
            'replica identity', c.relreplident,
            'partitioned by', CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END,
            'partition of', (SELECT string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno) FROM pg_inherits
                WHERE inhrelid = c.oid AND NOT inhdetachpending),
            'bounds', pg_get_expr(c.relpartbound, c.oid),
            'owner', pg_get_userbyid(c.relowner),
            'privileges', \(privileges("c.relacl", default: "r", owner: "c.relowner")))::text AS facts
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE \(own) AND c.relkind IN ('r', 'p', 'f') AND \(isNoExtensions("pg_class", "c.oid"))
        """

    private static let columns = """
        SELECT a.attrelid || '.' || a.attnum AS number, a.attname AS name, n.nspname || '.' || c.relname AS parent,
            jsonb_build_object(
                'type', format_type(a.atttypid, a.atttypmod), 'not null', a.attnotnull::text,
                'default', CASE a.attgenerated WHEN '' THEN pg_get_expr(d.adbin, d.adrelid) END,
                'generated', CASE a.attgenerated WHEN 's' THEN pg_get_expr(d.adbin, d.adrelid) END,
                'identity', nullif(a.attidentity, ''),
                'collation', CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END,
                'privileges', CASE WHEN a.attacl IS NOT NULL
                    THEN \(privileges("a.attacl", default: "c", owner: "c.relowner")) END)::text AS facts
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE \(own) AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
            AND \(isNoExtensions("pg_class", "c.oid"))
        """

    private static func views(relationKind: String) -> String {
        """
        SELECT c.oid::text AS number, n.nspname || '.' || c.relname AS name, NULL AS parent, jsonb_build_object(
            'definition', pg_get_viewdef(c.oid), 'options', array_to_string(c.reloptions, ', '),
            'owner', pg_get_userbyid(c.relowner),
            'privileges', \(privileges("c.relacl", default: "r", owner: "c.relowner")))::text AS facts
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE \(own) AND c.relkind = '\(relationKind)' AND \(isNoExtensions("pg_class", "c.oid"))
        """
    }

    /// Those of tables and those of domains.
    private static let constraints = """
        SELECT k.oid::text AS number, k.conname AS name, n.nspname || '.' || coalesce(c.relname, t.typname) AS parent,
            jsonb_build_object(
                'kind', k.contype, 'definition', pg_get_constraintdef(k.oid), 'valid', k.convalidated::text)::text
                AS facts
        FROM pg_constraint k LEFT JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_type t ON t.oid = k.contypid
        JOIN pg_namespace n ON n.oid = coalesce(c.relnamespace, t.typnamespace)
        WHERE \(own) AND k.contype <> 't' AND \(isNoExtensions("pg_class", "k.conrelid"))
            AND \(isNoExtensions("pg_type", "k.contypid"))
        """

    private static let indexes = """
        SELECT i.indexrelid::text AS number, x.relname AS name, n.nspname || '.' || c.relname AS parent,
            jsonb_build_object(
                'definition', pg_get_indexdef(i.indexrelid), 'unique', i.indisunique::text,
                'valid', (i.indisvalid AND i.indisready)::text, 'clustered', i.indisclustered::text)::text AS facts
        FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE \(own) AND \(isNoExtensions("pg_class", "c.oid"))
        """

    private static let triggers = """
        SELECT t.oid::text AS number, t.tgname AS name, n.nspname || '.' || c.relname AS parent,
            jsonb_build_object(
                'definition', pg_get_triggerdef(t.oid), 'enabled', t.tgenabled,
                'function', f.nspname || '.' || p.proname || '()')::text AS facts
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace f ON f.oid = p.pronamespace
        WHERE \(own) AND NOT t.tgisinternal AND \(isNoExtensions("pg_class", "c.oid"))
        """

    private static let policies = """
        SELECT p.oid::text AS number, p.polname AS name, n.nspname || '.' || c.relname AS parent, jsonb_build_object(
            'command', p.polcmd, 'permissive', p.polpermissive::text,
            'roles', (SELECT string_agg(coalesce(r.rolname, 'PUBLIC'), ', ' ORDER BY r.rolname)
                FROM unnest(p.polroles) AS given (role) LEFT JOIN pg_roles r ON r.oid = given.role),
            'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid))::text
                AS facts
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE \(own)
        """

    private static let rules = """
        SELECT r.oid::text AS number, r.rulename AS name, n.nspname || '.' || c.relname AS parent,
            jsonb_build_object(
                'definition', pg_get_ruledef(r.oid), 'enabled', r.ev_enabled, 'instead', r.is_instead::text)::text
                AS facts
        FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE \(own) AND r.rulename <> '_RETURN' AND \(isNoExtensions("pg_class", "c.oid"))
        """

    private static let extendedStatistics = """
        SELECT s.oid::text AS number, n.nspname || '.' || s.stxname AS name, NULL AS parent,
            jsonb_build_object('definition', pg_get_statisticsobjdef(s.oid))::text AS facts
        FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE \(own)
        """

    /// pg_get_functiondef refuses aggregates.
    private static let functions = """
        SELECT p.oid::text AS number, n.nspname || '.' || p.proname || '('
            || pg_get_function_identity_arguments(p.oid) || ')' AS name, NULL AS parent, jsonb_build_object(
            'definition', CASE WHEN p.prokind = 'a' THEN p.proname ELSE pg_get_functiondef(p.oid) END,
            'result', pg_get_function_result(p.oid), 'owner', pg_get_userbyid(p.proowner),
            'privileges', \(privileges("p.proacl", default: "f", owner: "p.proowner")))::text AS facts
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE \(own) AND \(isNoExtensions("pg_proc", "p.oid"))
        """

    /// What new sessions in this database begin with; what holds in all databases is no part of it.
    private static let settings = """
        SELECT s.setrole::text AS number, coalesce(pg_get_userbyid(nullif(s.setrole, 0)), 'everybody') AS name,
            NULL AS parent, (SELECT jsonb_object_agg(split_part(line, '=', 1), substr(line, strpos(line, '=') + 1))
                FROM unnest(s.setconfig) line)::text AS facts
        FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()
        """
}
