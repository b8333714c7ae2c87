import Foundation

/// One access to a database that the extension pgaudit has written into the server's log.
package struct AuditedAccess: Hashable, Sendable {
    /// The role that logged in.
    package let role: String
    package let database: String
    /// What the client calls itself; anybody can say anything there.
    package let application: String
    /// What kind of access it was: `READ`, `WRITE`, `DDL`, …
    package let kind: String
    /// The statement's first words: `SELECT`, `CREATE TABLE`.
    package let command: String
    /// `TABLE`, `VIEW`, …; nil where the statement has none.
    package let objectType: String?
    /// The object with its schema.
    package let object: String?
    /// The statement as it was sent, with its values; nil where the server does not log it.
    package let statement: String?

    private static let notLogged = ["<not logged>", "<previously logged>"]

    /// Reads a message of the server's log whose lines begin as `PrivateCluster` has them; nil for any other message.
    package init?(message: String) {
        // Most messages are others.
        guard message.contains(" LOG:  AUDIT: ") else { return nil }
        let form =
            #/.*? \[\d+\] (?<role>[^\s@]+)@(?<database>\S+) (?<application>.{0,64}?) LOG:  AUDIT: (?:SESSION|OBJECT),/#
        guard let head = message.prefixMatch(of: form.dotMatchesNewlines())?.output else { return nil }
        let fields = Self.fields(of: message[head.0.endIndex...])
        // Numbers of statement and part, class, command, type, name, statement, parameters.
        guard fields.count >= 7, Int(fields[0]) != nil, Int(fields[1]) != nil, !fields[2].isEmpty else { return nil }
        role = String(head.role)
        database = String(head.database)
        application = String(head.application)
        kind = fields[2]
        command = fields[3]
        objectType = fields[4].isEmpty ? nil : fields[4]
        object = fields[5].isEmpty ? nil : fields[5]
        statement = Self.notLogged.contains(fields[6]) || fields[6].isEmpty ? nil : fields[6]
    }

    /// Comma-separated values, in which one in quotes may hold commas, line ends and doubled quotes.
    private static func fields(of text: Substring) -> [String] {
        var fields = [""]
        var isQuoted = false
        var wasQuote = false
        for character in text {
            if character == "\"" {
                if !isQuoted, wasQuote { fields[fields.count - 1].append(character) }
                isQuoted.toggle()
                wasQuote = !isQuoted
                continue
            }
            wasQuote = false
            if character == ",", !isQuoted {
                fields.append("")
            } else {
                fields[fields.count - 1].append(character)
            }
        }
        return fields
    }
}
