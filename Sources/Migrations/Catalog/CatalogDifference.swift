/// What differs between two looks at a catalog.
package struct CatalogDifference: Sendable {
    package var added: [CatalogObject] = []
    package var removed: [CatalogObject] = []
    package var changed: [Change] = []
    /// Sequences that give out again what they have given out before; their facts may be the same.
    package var rewound: [Change] = []

    /// An object that is on both sides with other facts.
    package struct Change: Sendable {
        package let before: CatalogObject
        package let after: CatalogObject

        /// The words of the facts that differ, sorted.
        package var words: [String] {
            Set(before.facts.keys).union(after.facts.keys).filter { before.facts[$0] != after.facts[$0] }.sorted()
        }

        /// Of a sequence that does not repeat itself anyway.
        fileprivate var isRewound: Bool {
            guard let then = before.nextValue, let now = after.nextValue, before.facts["cycles"] != "true" else {
                return false
            }
            return before.descends ? now > then : now < then
        }
    }

    package init(from before: CatalogSnapshot, to after: CatalogSnapshot) {
        for (id, object) in before.objects {
            guard let other = after.objects[id] else {
                removed.append(object)
                continue
            }
            let change = Change(before: object, after: other)
            if object.facts != other.facts { changed.append(change) }
            if change.isRewound { rewound.append(change) }
        }
        added = after.objects.values.filter { before.objects[$0.id] == nil }.sorted(by: Self.inOrder)
        removed.sort(by: Self.inOrder)
        changed.sort { Self.inOrder($0.before, $1.before) }
        rewound.sort { Self.inOrder($0.before, $1.before) }
    }

    /// Whether it tells of an object.
    func mentions(_ id: CatalogObject.ID) -> Bool {
        added.contains { $0.id == id } || removed.contains { $0.id == id }
            || (changed + rewound).contains { $0.before.id == id }
    }

    package var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }

    /// One line for each difference: `column public.loads.weight: type was integer, is bigint`.
    package var lines: [String] {
        removed.map { "\($0.id) is missing" } + added.map { "\($0.id) is left over" } + changed.map(\.description)
    }

    private static func inOrder(_ left: CatalogObject, _ right: CatalogObject) -> Bool {
        let kinds = CatalogObject.Kind.allCases
        let places = (kinds.firstIndex(of: left.kind) ?? 0, kinds.firstIndex(of: right.kind) ?? 0)
        return (places.0, left.parent ?? "", left.name) < (places.1, right.parent ?? "", right.name)
    }
}

extension CatalogDifference.Change: CustomStringConvertible {
    package var description: String {
        "\(before.id): "
            + words.map { "\($0) was \(before.facts[$0] ?? "none"), is \(after.facts[$0] ?? "none")" }
            .joined(separator: "; ")
    }
}
