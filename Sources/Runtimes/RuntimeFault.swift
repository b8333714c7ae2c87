/// What supervision refuses or could not do.
package enum RuntimeFault: Error, Equatable, CustomStringConvertible {
    case programMissing(program: String, debianPackage: String)
    case invalidService(name: String, reason: String)
    case pathTooLong(path: String, limit: Int)
    case tooManyServices(limit: Int)
    case notInstalled(service: String)
    case treeNotRunning(folder: String)
    case treeNotStarted(folder: String, reason: String)
    case notSupervised(service: String)
    case tookTooLong(service: String, wanted: String, seconds: Int)
    case processesRemain(folder: String, pids: [Int32])
    case userNotCreated(user: String, reason: String)

    package var description: String {
        switch self {
        case .programMissing(let program, let debianPackage):
            "The program '\(program)' is missing: install it with 'apt-get install \(debianPackage)'."
        case .invalidService(let name, let reason):
            "Service '\(name)' cannot be installed: \(reason)."
        case .pathTooLong(let path, let limit):
            "The path '\(path.prefix(60))...' has more than \(limit) bytes: choose a shorter state folder."
        case .tooManyServices(let limit):
            "The supervisor watches at most \(limit) services: remove one before another is installed."
        case .notInstalled(let service):
            "Service '\(service)' is not installed."
        case .treeNotRunning(let folder):
            "No supervisor runs for \(folder): start it first."
        case .treeNotStarted(let folder, let reason):
            "The supervisor for \(folder) did not start: \(reason)."
        case .notSupervised(let service):
            "Service '\(service)' has no runsv; is the supervisor running?"
        case .tookTooLong(let service, let wanted, let seconds):
            "Service '\(service)' was not \(wanted) after \(seconds) s; look at its log."
        case .processesRemain(let folder, let pids):
            "Processes of the supervisor for \(folder) survived SIGKILL: \(pids)."
        case .userNotCreated(let user, let reason):
            "The system user '\(user)' could not be created: \(reason)."
        }
    }
}
