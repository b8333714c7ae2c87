/// What a change of the catalog means for code that was written for the catalog before it.
///
/// Code may be shown more and asked for less, never the other way round. What was tightened is a warning when the rows
/// of today fit, because they were written by that code.
struct CatalogCompatibility {
    let difference: CatalogDifference
    let before: CatalogSnapshot
    let after: CatalogSnapshot

    init(from before: CatalogSnapshot, to after: CatalogSnapshot) {
        difference = CatalogDifference(from: before, to: after)
        self.before = before
        self.after = after
    }

    /// A finding with the object that it is about.
    struct Judgement {
        let object: CatalogObject
        let finding: RehearsalFinding
    }

    /// What follows for code that knows the objects of a catalog; it does not miss others.
    func judgements(knowing known: CatalogSnapshot) -> [Judgement] {
        let judgements =
            difference.removed.compactMap { object in
                findingOfRemoved(object).map { Judgement(object: object, finding: $0) }
            }
            + difference.added.compactMap { object in
                findingOfAdded(object).map { Judgement(object: object, finding: $0) }
            }
            + difference.changed.flatMap { change in
                findingsOfChanged(change).map { Judgement(object: change.after, finding: $0) }
            }
            + difference.rewound.map { change in
                Judgement(object: change.after, finding: findingOfRewound(change))
            }
        return judgements.filter { judgement in
            let object = judgement.object
            guard object.kind != .setting else { return true }
            guard let parent = object.parent else { return known.objects[object.id] != nil }
            return Self.wholes.contains { known[$0, parent] != nil }
        }
    }

    // MARK: Removed

    private func findingOfRemoved(_ object: CatalogObject) -> RehearsalFinding? {
        if let parent = object.parent, isGone(parent) { return nil }
        let name = object.title
        if let heir = difference.added.first(where: { $0.kind == object.kind && $0.number == object.number }) {
            return findingOfRenamed(object, heir, name)
        }
        switch object.kind {
        case .table, .column, .view, .materializedView, .sequence, .type, .domain, .function, .schema,
            .extensionModule:
            return RehearsalFinding(
                .incompatible, "removes-\(object.kind.rule)",
                "Takes away the \(object.kind.rawValue) \(name), which code that is running may still use.",
                advice: "-- Leave \(name) alone in expand.sql; take it away in contract.sql, once no release uses it.")
        case .policy where object.facts["permissive"] == "true":
            return RehearsalFinding(
                .incompatible, "removes-policy",
                "Takes away the policy \(object.name) of \(object.parentTitle): running code no longer sees its rows.")
        case .constraint where ["p", "u", "x"].contains(object.facts["kind"]), .index where isUnique(object):
            return RehearsalFinding(
                .warning, "removes-uniqueness",
                "Takes away the \(object.kind.rawValue) \(object.name) of \(object.parentTitle): ON CONFLICT clauses "
                    + "that rely on it fail.")
        case .trigger where object.isInForce, .rule where object.isInForce:
            return findingOfStopped(object)
        case .setting:
            return findingOfSettings(object, from: object.facts, to: [:])
        default:
            return nil
        }
    }

    private func findingOfRenamed(_ object: CatalogObject, _ heir: CatalogObject, _ name: String) -> RehearsalFinding? {
        switch object.kind {
        case .constraint, .index, .trigger, .policy, .rule, .statistics, .setting: return nil
        default: break
        }
        let newName = heir.title
        let advice =
            object.kind == .column
            ? "switchyard migration new --rename \(name):\(heir.name)" : nil
        return RehearsalFinding(
            .incompatible, "renames-\(object.kind.rule)",
            "Renames the \(object.kind.rawValue) \(name) to \(newName): code that is running knows the old name only.",
            advice: advice)
    }

    private func isUnique(_ index: CatalogObject) -> Bool {
        index.facts["unique"] == "true"
            && !difference.removed.contains { $0.kind == .constraint && $0.name == index.name }
    }

    /// Whether a whole went, so that its parts need no mention.
    private func isGone(_ parent: String) -> Bool {
        Self.wholes.contains { before[$0, parent] != nil && after[$0, parent] == nil }
    }

    /// What has parts.
    private static let wholes: [CatalogObject.Kind] = [.table, .view, .materializedView, .domain]

    // MARK: Added

    private func findingOfAdded(_ object: CatalogObject) -> RehearsalFinding? {
        if object.kind == .setting { return findingOfSettings(object, from: [:], to: object.facts) }
        guard let parent = object.parent, (before[.table, parent] ?? before[.domain, parent]) != nil else { return nil }
        let table = object.parentTitle
        switch object.kind {
        case .column where object.isRequired:
            return RehearsalFinding(
                .incompatible, "required-column",
                "The new column \(table).\(object.name) is NOT NULL without a default: INSERTs of running code, which do "
                    + "not know it, fail.",
                advice: """
                    ALTER TABLE \(table) ADD COLUMN \(object.name) \(object.facts["type"] ?? "");
                    -- Fill it in backfill.sql; make it NOT NULL in contract.sql.
                    """)
        case .constraint where after.isNewColumn(of: object, since: before):
            return nil
        case .constraint where object.facts["kind"] != "t":
            return RehearsalFinding(
                .warning, "new-constraint",
                "From now on \(table) refuses what breaks \(object.name), \(object.facts["definition"] ?? "").")
        case .index where object.facts["unique"] == "true" && !isOfConstraint(object):
            return RehearsalFinding(
                .warning, "new-constraint", "From now on \(table) refuses rows that \(object.name) has already.")
        case .policy where object.facts["permissive"] == "false" && before[.table, parent]?.hasRowSecurity == true:
            return RehearsalFinding(
                .incompatible, "restrictive-policy",
                "The restrictive policy \(object.name) hides rows of \(table) from code that is running.")
        case .rule where object.facts["instead"] == "true":
            return RehearsalFinding(
                .incompatible, "new-rule",
                "The rule \(object.name) does something else instead of what running code asks of \(table).")
        case .trigger, .rule:
            return RehearsalFinding(
                .note, "new-\(object.kind.rule)",
                "Writes to \(table) now run the \(object.kind.rawValue) \(object.name).")
        default:
            return nil
        }
    }

    private func isOfConstraint(_ index: CatalogObject) -> Bool {
        difference.added.contains { $0.kind == .constraint && $0.name == index.name }
    }
}

extension CatalogObject {
    /// As people say it: `loads.weight`, with the schema where that is not `public`.
    var title: String { parent == nil ? Self.title(of: name) : "\(parentTitle).\(name)" }

    /// The same of what it is a part of.
    var parentTitle: String { Self.title(of: parent ?? "") }

    /// The same of a name with its schema.
    static func title(of name: String) -> String {
        name.hasPrefix("public.") ? String(name.dropFirst("public.".count)) : name
    }

    /// Whether an INSERT must name it.
    var isRequired: Bool {
        facts["not null"] == "true" && facts["default"] == nil && facts["generated"] == nil && facts["identity"] == nil
    }

    var hasRowSecurity: Bool { facts["row security"] == "true" }

    /// Of a trigger or rule: whether an ordinary session sets it off.
    var isInForce: Bool { ["O", "A"].contains(facts["enabled"]) }
}

extension CatalogObject.Kind {
    /// The kind in a rule's name.
    var rule: String { rawValue.replacing(" ", with: "-") }
}

extension CatalogSnapshot {
    /// Whether a constraint speaks of columns only that running code does not know.
    fileprivate func isNewColumn(of constraint: CatalogObject, since before: CatalogSnapshot) -> Bool {
        guard let table = constraint.parent, let definition = constraint.facts["definition"] else { return false }
        let names = Set(definition.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
        let columns = objects.values.filter { $0.kind == .column && $0.parent == table && names.contains($0.name) }
        return !columns.isEmpty && columns.allSatisfy { before[.column, $0.name, of: table] == nil }
    }
}
