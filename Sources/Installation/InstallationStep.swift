package import Glibc

/// One thing that an installation or a removal does; doing it twice changes nothing the second time.
package enum InstallationStep: Equatable, Sendable {
    case makeGroup(String)
    /// A system account without login and home.
    case makeUser(String)
    /// `group` nil: root's.
    case makeFolder(path: String, mode: mode_t, group: String?)
    case link(path: String, target: String)
    case write(path: String, text: String, mode: mode_t)
    case enable(units: [String])
    /// Starts what does not run yet, so that a running application is not touched.
    case start(unit: String)
    /// Starts anew with the program and the configuration of now.
    case restart(unit: String)
    case stop(unit: String)
    case disable(units: [String])
    case remove(path: String)
    case removeUser(String)
    case removeGroup(String)

    /// What it does, for people: "make folder /etc/switchyard (0750, root:switchyard)".
    package var description: String {
        switch self {
        case .makeGroup(let name): "make group \(name)"
        case .makeUser(let name): "make user \(name)"
        case .makeFolder(let path, let mode, let group):
            "make folder \(path) (0\(String(mode, radix: 8)), root:\(group ?? "root"))"
        case .link(let path, let target): "link \(path) to \(target)"
        case .write(let path, _, _): "write \(path)"
        case .enable(let units): "start at boot: \(units.joined(separator: ", "))"
        case .start(let unit): "start \(unit)"
        case .restart(let unit): "start \(unit) anew"
        case .stop(let unit): "stop \(unit)"
        case .disable(let units): "no longer start at boot: \(units.joined(separator: ", "))"
        case .remove(let path): "remove \(path)"
        case .removeUser(let name): "remove user \(name)"
        case .removeGroup(let name): "remove group \(name)"
        }
    }
}

/// What came of a step.
package enum InstallationOutcome: Equatable, Sendable {
    case done
    /// It was so already.
    case unchanged
    /// It was left out, and why.
    case skipped(reason: String)
}
