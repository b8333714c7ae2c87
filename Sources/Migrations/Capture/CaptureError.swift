/// Why what a framework's migrator did cannot be written down as plain SQL; nothing is written then.
package enum CaptureError: Error, Equatable {
    /// The migrator ended otherwise than with success.
    case commandFailed(command: String, ending: String)
    case commandNotStarted(command: String, reason: String)
    case tookTooLong(command: String, limit: Duration)
    /// It sent no statement at all to the clone.
    case neverConnected(command: String)
    /// Programs that it left behind connect again when their sessions are ended, so that what it does has no end.
    case stillConnected(command: String, programs: [String])
    case logUnreadable(reason: String)
    /// A statement that the server took and the parser does not know.
    case unparsable(statement: String, message: String)
    /// Rows that the migrator sent beside its statements, which no log holds.
    case copyFromClient(statement: String)
    /// What is not part of one database: CREATE DATABASE, ALTER SYSTEM.
    case serverWide(statement: String)
    /// A statement that the text of another one is needed for: EXECUTE, COMMIT PREPARED.
    case hidden(statement: String)
    /// A statement that names the clone, which the real database is not.
    case namesClone(statement: String)
    /// A script with transactions of its own that failed in its middle.
    case brokenScript(statement: String)
    case tooLarge(phase: MigrationPhase, limit: Int)
    /// The SQL, played on another copy, does not lead where the migrator led.
    case differs([String])
}

extension CaptureError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .commandFailed(let command, let ending):
            "'\(command)' \(ending) on the clone, so nothing was written: mend what it says above and capture again."
        case .commandNotStarted(let command, let reason):
            "'\(command)' could not be started (\(reason)): give the migrator's command after '--'."
        case .tookTooLong(let command, let limit):
            "'\(command)' was ended after \(limit.components.seconds) s: give it longer with --time-limit."
        case .neverConnected(let command):
            "'\(command)' sent nothing to the clone, so it may have used another database: have its settings read "
                + "DATABASE_URL, and look at what it did."
        case .stillConnected(let command, let programs):
            "'\(command)' left behind what is still connected to the clone (\(programs.joined(separator: ", "))), so "
                + "nothing was written: have it wait for what it starts, or end that program, and capture again."
        case .logUnreadable(let reason):
            "The clone's log cannot be read (\(reason)), so nothing was written: capture again."
        case .unparsable(let statement, let message):
            "'\(Self.short(statement))' cannot be parsed (\(message)): write that migration by hand."
        case .copyFromClient(let statement):
            "'\(Self.short(statement))' sends rows that no log holds: have the migration use INSERT."
        case .serverWide(let statement):
            "'\(Self.short(statement))' concerns the whole server and no migration: take it out and run it by hand."
        case .hidden(let statement):
            "'\(Self.short(statement))' does not say what it does: have the migration send the statement itself."
        case .namesClone(let statement):
            "'\(Self.short(statement))' names the clone: write the statement by hand with the database's own name."
        case .brokenScript(let statement):
            "'\(Self.short(statement))' has transactions of its own and failed in its middle: write it as several."
        case .tooLarge(let phase, let limit):
            "The \(phase.rawValue) step would be larger than \(limit) bytes: write the rows as one backfill by hand."
        case .differs(let lines):
            "The SQL that was captured does not lead where the migrator led, so nothing was written; write that "
                + "migration by hand. "
                + lines.prefix(20).joined(separator: "\n  ")
                + (lines.count > 20 ? "\n  and \(lines.count - 20) more." : "")
        }
    }

    private static func short(_ statement: String) -> String {
        let line = statement.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > 120 ? line.prefix(120) + "…" : line
    }
}
