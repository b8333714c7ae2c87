import Deployments
import Domain
import Foundation
import Glibc

/// Ends this process at a boundary of the journal that a test names; off unless it is asked for.
///
/// With SWITCHYARD_FAULTS=1 in the environment, a file `fault` in the state folder holds a boundary such as
/// `intent:warm`; the first entry that reaches it removes the file and ends the process with SIGKILL, or with SIGTERM
/// where that word stands behind the boundary.
package enum FaultInjection {
    /// For a command that has no state folder: SWITCHYARD_FAULT holds the boundary at which it ends.
    package static func observerOfCommand() -> (@Sendable (_ boundary: String) -> Void)? {
        let environment = ProcessInfo.processInfo.environment
        guard environment["SWITCHYARD_FAULTS"] == "1", let chosen = environment["SWITCHYARD_FAULT"] else { return nil }
        return { boundary in if boundary == chosen { kill(getpid(), SIGKILL) } }
    }

    static func observer(in folder: StateFolder) -> Journal.BoundaryObserver? {
        guard ProcessInfo.processInfo.environment["SWITCHYARD_FAULTS"] == "1" else { return nil }
        let path = "\(folder.path)/fault"
        return { boundary in
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return }
            let words = text.split(whereSeparator: \.isWhitespace)
            guard words.first.map(String.init) == boundary else { return }
            unlink(path)
            kill(getpid(), words.last == "SIGTERM" ? SIGTERM : SIGKILL)
        }
    }
}
