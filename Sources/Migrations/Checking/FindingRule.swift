/// What a finding is a case of, by a name that tools can filter by.
package struct FindingRule: Sendable, Hashable {
    /// Lower-case words with hyphens; part of the product.
    package let id: String
    /// One sentence that is true of all its findings.
    package let summary: String

    package init(id: String, summary: String) {
        self.id = id
        self.summary = summary
    }
}

extension FindingRule: Codable {
    package init(from decoder: any Decoder) throws {
        try self.init(id: decoder.singleValueContainer().decode(String.self), summary: "")
    }

    /// As its name alone.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(id)
    }
}

/// The rules of the check.
extension FindingRule {
    static let unreadable = FindingRule(
        id: "unreadable", summary: "The folder of migrations holds something that is no migration.")
    static let sameTimestamp = FindingRule(
        id: "same-timestamp", summary: "Two migrations have the same time, so their order is unknown.")
    static let syntaxError = FindingRule(
        id: "syntax-error", summary: "The server's grammar does not take the text.")
    static let metaCommand = FindingRule(
        id: "meta-command", summary: "A command of psql's is no SQL.")
    static let copyWithClient = FindingRule(
        id: "copy-with-client", summary: "COPY FROM STDIN and TO STDOUT need a client that sends or takes rows.")
    static let transactionControl = FindingRule(
        id: "transaction-control", summary: "A step runs in a transaction that is not its own to end.")
    static let serverWide = FindingRule(
        id: "server-wide", summary: "A migration changes one database, not the server.")
    static let backfillForm = FindingRule(
        id: "backfill-form", summary: "A backfill is one statement that can be run batch by batch.")
    static let emptyStep = FindingRule(
        id: "empty-step", summary: "A step without a statement does nothing.")
    static let contractInExpand = FindingRule(
        id: "contract-in-expand", summary: "What the running release may use is taken away while it runs.")
    static let expandInContract = FindingRule(
        id: "expand-in-contract", summary: "What new code needs is made only after that code.")
    static let requiredColumn = FindingRule(
        id: "required-column", summary: "The running release inserts rows without a column that needs a value.")
    static let setNotNull = FindingRule(
        id: "set-not-null", summary: "SET NOT NULL without a validated check reads the whole table while it is locked.")
    static let typeChange = FindingRule(
        id: "type-change", summary: "A column that the running release reads gets another type.")
    static let noRevert = FindingRule(
        id: "no-revert", summary: "An expansion without a revert has no proved way back.")
    static let nothingToRevert = FindingRule(
        id: "nothing-to-revert", summary: "A revert takes back an expansion, and there is none.")
}
