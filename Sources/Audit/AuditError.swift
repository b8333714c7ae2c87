package import DurableFiles

/// Why something could not be recorded, read or proved.
package enum AuditError: Error, Equatable, CustomStringConvertible {
    /// Another process, or another value in this one, writes the log.
    case writerElsewhere(folder: String)
    case closed
    /// More wait to be recorded than may.
    case overloaded(waiting: Int)
    case entryTooLarge(bytes: Int, most: Int)
    case badName(String)
    /// A result whose intent is not open: unknown, or answered already.
    case noOpenIntent(sequence: Int)
    case tooManyOpenIntents(most: Int)
    /// What the log's files hold is not what its checkpoint says.
    case altered(what: String)
    /// The checkpoint is of another key or name than the one that is given.
    case foreignCheckpoint(origin: String)
    case badKey(path: String, why: String)
    case badCheckpoint(why: String)
    case noLog(folder: String)
    /// A part of the log that was looked for is not there.
    case missing(path: String)
    case exportNotEmpty(folder: String)
    case notYetPrunable(minimum: Int)
    case file(FileFault)
    /// Something that the system's libraries refused.
    case unexpected(String)

    package var description: String {
        switch self {
        case .writerElsewhere(let folder):
            "The audit log in \(folder) is being written by another process: stop that one first."
        case .closed: "The audit log has been closed."
        case .overloaded(let waiting):
            "\(waiting) audit entries wait to be written, more than may; nothing was done: try again in a moment."
        case .entryTooLarge(let bytes, let most):
            "The audit entry has \(bytes) bytes, \(most) are allowed: record what is large by its salted hash."
        case .badName(let name):
            "'\(name)' cannot name a detail, flag or action of an audit entry: use small ASCII letters, digits, '.', '_' and '-'."
        case .noOpenIntent(let sequence):
            "Audit entry \(sequence) is no intent that waits for its result."
        case .tooManyOpenIntents(let most):
            "\(most) acts have been announced in the audit log and have no result yet; nothing was done: try again later."
        case .altered(let what):
            "The audit log is not what its checkpoint says: \(what). Nothing is recorded over it: keep its folder as evidence, "
                + "run 'switchyard audit verify', and restore it from an export or a backup."
        case .foreignCheckpoint(let origin):
            "The checkpoint of \(origin) is not signed by the key that is configured: give back the key that began this log."
        case .badKey(let path, let why): "The key in \(path) cannot be used: \(why)."
        case .badCheckpoint(let why): "That is no signed checkpoint: \(why)."
        case .noLog(let folder): "There is no audit log in \(folder)."
        case .missing(let path): "\(path) is missing from the audit log."
        case .exportNotEmpty(let folder): "\(folder) is not empty: export into a new folder."
        case .notYetPrunable(let minimum):
            "Nothing before entry \(minimum) of the audit log can be pruned yet."
        case .file(let fault): fault.description
        case .unexpected(let what): "The audit log could not be used: \(what)."
        }
    }

    /// Takes an error of the system or of another room.
    init(_ error: any Error) {
        switch error {
        case let error as AuditError: self = error
        case let fault as FileFault: self = .file(fault)
        default: self = .unexpected(String(describing: error))
        }
    }

    /// Runs a body, whose errors become this room's.
    static func wrapping<Value>(_ body: () throws -> Value) throws(AuditError) -> Value {
        do { return try body() } catch { throw AuditError(error) }
    }

    /// Whether there was no room on the disk.
    package var isDiskFull: Bool {
        if case .file(let fault) = self { fault.isDiskFull } else { false }
    }
}
