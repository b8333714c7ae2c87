/// One thing that the catalog of a database describes, by its name and the facts that a change could alter.
package struct CatalogObject: Sendable, Hashable {
    package let kind: Kind
    /// With its schema: `public.loads`; for parts of a table, the part's own name.
    package let name: String
    /// The table, view or domain that it is a part of; nil for what stands by itself.
    package let parent: String?
    /// What the catalog says about it, by word: `type`, `not null`, `definition`.
    package var facts: [String: String]
    /// Its number in the catalog, which it keeps when it is renamed; not compared.
    package let number: String
    /// What a sequence gives out next; not compared, because every use moves it on.
    package var nextValue: Int128?

    /// What a database is made of, in the order in which changes are told.
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case schema, extensionModule = "extension", type, domain, sequence, table, column, view
        case materializedView = "materialized view"
        case constraint, index, trigger, policy, rule, statistics, function, setting
    }

    /// What tells it from the others.
    package struct ID: Hashable, Sendable {
        package let kind: Kind
        package let name: String
        package let parent: String?
    }

    package var id: ID { ID(kind: kind, name: name, parent: parent) }
}

extension CatalogObject.ID: CustomStringConvertible {
    package var description: String { "\(kind.rawValue) " + (parent.map { "\($0).\(name)" } ?? name) }
}

extension CatalogObject {
    /// Whether a sequence counts down.
    var descends: Bool { facts["increment"]?.hasPrefix("-") == true }
}
