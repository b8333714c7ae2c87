import Glibc

/// Why the proxy's request log is not read.
package enum TelemetryError: Error, Equatable, CustomStringConvertible {
    case socketPathTooLong(path: String, limit: Int)
    /// A call of the system for the socket was refused: "bind", "listen".
    case socket(path: String, operation: String, code: Int32)

    package var description: String {
        switch self {
        case .socketPathTooLong(let path, let limit):
            "The socket path \(path) is longer than the \(limit) bytes that the system allows: use a shorter folder."
        case .socket(let path, let operation, let code):
            "Could not \(operation) the socket of HAProxy's request log \(path): \(String(cString: strerror(code))). "
                + "Its folder must be there and belong to Switchyard."
        }
    }
}
