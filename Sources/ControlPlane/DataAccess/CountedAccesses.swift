import Audit
import Domain
import Foundation
import Migrations
import Postgres

/// Accesses that differ in nothing but their time, counted together until they are recorded.
struct CountedAccesses {
    struct Count {
        var times = 1
        let first: String
        var last: String
    }

    private(set) var counts: [AuditedAccess: Count] = [:]

    var isEmpty: Bool { counts.isEmpty }
    var isFull: Bool { counts.count >= Limits.accessKinds }

    mutating func add(_ access: AuditedAccess, at stamp: String) {
        if counts[access] != nil {
            counts[access]!.times += 1
            counts[access]!.last = stamp
        } else {
            counts[access] = Count(first: stamp, last: stamp)
        }
    }

    /// The entry of one kind of access; `environment` and `caller` where they are known.
    static func entry(
        of access: AuditedAccess, _ count: Count, in environment: EnvironmentName?, by caller: AuditActor?
    ) -> AuditEntry {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let at = (try? style.parse("\(count.last.prefix(23))Z")) ?? Date()
        var entry = AuditEntry(
            .event, .statementAccess, by: caller ?? AuditActor(id: "role:\(access.role)"), at: at,
            target: command(of: access)?.uuidString, environment: environment)
        entry.details = [
            "role": access.role, "database": access.database, "class": access.kind, "command": access.command,
            "object_type": access.objectType,
            "object": access.object.map { String($0.prefix(Limits.reasonCharacters)) },
            "statement": access.statement.map(shown), "times": "\(count.times)", "first": count.first,
            "last": count.last,
        ].compactMapValues(\.self)
        return entry
    }

    /// The one-off command whose connection it was, as far as that says so itself.
    static func command(of access: AuditedAccess) -> UUID? {
        guard access.application.hasPrefix(DataAccesses.applicationPrefix) else { return nil }
        return UUID(uuidString: String(access.application.dropFirst(DataAccesses.applicationPrefix.count)))
    }

    private static func shown(_ statement: String) -> String {
        StatementText.withoutValues(statement).map { String($0.prefix(Limits.statementCharacters)) } ?? "unreadable"
    }
}
