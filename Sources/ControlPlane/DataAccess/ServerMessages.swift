/// Puts the messages of a database's server together from the lines of its log, of which svlogd has stamped each.
struct ServerMessages {
    struct Message: Equatable {
        /// When its first line was written: `2026-11-28T19:10:16.12345`, UTC.
        let stamp: String
        var text: String
        fileprivate var lines = 1
    }

    private var open: Message?

    /// Takes a line; answers the message before it where this line begins another.
    mutating func take(_ line: Substring) -> Message? {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        // The server indents what goes on.
        if parts[1].hasPrefix("\t"), open != nil {
            if open!.lines < Limits.serverMessageLines {
                open!.text += "\n" + parts[1].dropFirst()
                open!.lines += 1
            }
            return nil
        }
        defer { open = Message(stamp: String(parts[0]), text: String(parts[1])) }
        return open
    }

    /// The last message, when no more lines come.
    mutating func end() -> Message? {
        defer { open = nil }
        return open
    }
}
