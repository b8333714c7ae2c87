package import Foundation

extension CapturedMigration {
    /// How its statements are put into files.
    package enum Arrangement: Sendable {
        /// What takes something away into contract.sql, everything else into expand.sql.
        case byPhase
        /// Everything into contract.sql, in its order.
        case contractOnly
    }

    /// Where it was captured.
    package struct Origin: Sendable {
        let command: String
        let time: Date

        package init(command: [String], time: Date) {
            self.command = command.joined(separator: " ").split(whereSeparator: \.isNewline).joined(separator: " ")
            self.time = time
        }
    }

    /// The arrangements that may keep its meaning, the better one first; a proof tells which one does.
    package var arrangements: [Arrangement] {
        let contracts = contracts
        guard contracts.contains(true) else { return [.byPhase] }
        let isAllContract = statements.indices.allSatisfy { index in
            contracts[index] || isSetting(at: index) || statements[index].isBookkeeping
                || statements[index].kind == .other("ConstraintsSetStmt")
        }
        return isAllContract || reordersRows(contracts) ? [.contractOnly] : [.byPhase, .contractOnly]
    }

    /// The files' texts; throws `CaptureError.tooLarge`.
    package func steps(_ arrangement: Arrangement, from origin: Origin) throws -> [MigrationPhase: String] {
        let contracts = contracts
        var texts: [MigrationPhase: String] = [:]
        for phase in [MigrationPhase.expand, .contract] {
            let indices = statements.indices.filter { index in
                let own: MigrationPhase = arrangement == .contractOnly || contracts[index] ? .contract : .expand
                return own == phase || isSetting(at: index)
            }
            guard indices.contains(where: { !isSetting(at: $0) }) else { continue }
            let text = header(origin, indices) + indices.map { statements[$0].text + ";\n" }.joined(separator: "\n")
            guard text.utf8.count <= MigrationLimits.fileSize else {
                throw CaptureError.tooLarge(phase: phase, limit: MigrationLimits.fileSize)
            }
            texts[phase] = text
        }
        return texts
    }

    private func header(_ origin: Origin, _ indices: [Int]) -> String {
        let rows = indices.map { statements[$0] }.count { $0.writesRows && !$0.isBookkeeping }
        var lines = [
            "captured from: \(origin.command)",
            "at \(origin.time.formatted(.iso8601)), from what it sent to PostgreSQL; what only reads is left out.",
        ]
        if rows > 0 {
            lines.append("Statements that write rows, with the values of that time: \(rows).")
        }
        return lines.map { "-- \($0)\n" }.joined() + "\n"
    }

    /// Whether each takes something away that was there before, by the rules of the phases.
    private var contracts: [Bool] {
        statements.indices.map { index in
            let context = ExpandContext(
                before: statements[..<index], after: statements[(index + 1)...], notNullChecks: NotNullChecks())
            return context.findings(about: statements[index]).contains { $0.rule == .contractInExpand }
        }
    }

    /// Whether rows would be written before something is taken away which were written after it, where that may matter
    /// and no proof may tell: a truncated table, a dropped trigger.
    private func reordersRows(_ contracts: [Bool]) -> Bool {
        statements.indices.contains { later in
            let statement = statements[later]
            guard !contracts[later], statement.writesRows, !statement.isBookkeeping else { return false }
            let isUnknown = statement.kind == .anonymousBlock || statement.kind == .call
            return statements.indices.prefix(upTo: later).contains { earlier in
                guard contracts[earlier] else { return false }
                let names = statements[earlier].namesThatRowsDependOn(in: statement.kind)
                return isUnknown || names.contains { statement.text.localizedCaseInsensitiveContains($0) }
            }
        }
    }
}

extension SQLStatement {
    /// What this statement takes away so that rows that are written afterwards may come out otherwise; a part of a table
    /// goes by the table's name too.
    ///
    /// What names a column or table that is gone or renamed is refused when it is played out of order.
    fileprivate func namesThatRowsDependOn(in later: SQLStatementKind) -> Set<String> {
        switch kind {
        case .drop(_, let names, _, _):
            return Set(names.flatMap { [$0.name, $0.schema].compactMap(\.self) }).subtracting(["public"])
        case .alterTable(let table, let changes):
            let isMissed = changes.contains { if case .dropDefault = $0 { true } else { false } }
            return isMissed && later.inserts ? [table.name] : []
        case .rename(_, let relation, let old, let new): return Set([relation?.name, old, new].compactMap(\.self))
        default: return Set(kind.relations.map(\.name))
        }
    }
}

extension SQLStatementKind {
    fileprivate var inserts: Bool {
        switch self {
        case .insert, .merge, .copy: true
        default: false
        }
    }
}
