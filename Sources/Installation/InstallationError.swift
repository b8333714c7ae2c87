/// Why an installation was not begun or not finished.
package enum InstallationError: Error, Equatable, CustomStringConvertible {
    case rootNeeded
    case rootMissing(folder: String)
    /// Something else is where a folder or a link should be.
    case occupied(path: String, wanted: String)
    case programFailed(command: String, message: String)

    package var description: String {
        switch self {
        case .rootNeeded:
            "Installing makes users and units, which only root may do: say it with sudo, or install into another root "
                + "folder with --root."
        case .rootMissing(let folder): "There is no folder \(folder) to install into; make it first."
        case .occupied(let path, let wanted):
            "\(path) is not \(wanted); move it away and install again. What was done before stays."
        case .programFailed(let command, let message):
            "'\(command)' failed: \(message.isEmpty ? "it did not say why." : message) Mend it and install again: what "
                + "is done already is kept."
        }
    }
}
