import Domain
import DurableFiles
import Foundation
import Installation
import Onboarding
import Settings

/// The configuration that `doctor` examines, as far as it can be read, and what there is to say about that.
struct ExaminedConfiguration {
    private static let standardFile = "switchyard.yaml"

    private(set) var settings: Configuration?
    private(set) var findings: [Finding] = []

    /// Reads the file that was named, else the folder's own, else the installed one.
    init(named name: String?) {
        let places = [Self.standardFile, Installation.configuration]
        guard let file = name ?? places.first(where: FileManager.default.fileExists) else {
            let remedy = "Run 'switchyard init' in the folder of your application, or name the file with --config."
            findings.append(.note("configuration", "There is no \(Self.standardFile) here.", remedy: remedy))
            return
        }
        let isInstalled = Self.resolved(file) == Self.resolved(Installation.configuration)
        guard let variables = isInstalled ? installedVariables() : ProcessInfo.processInfo.environment else { return }
        do {
            settings = try Configuration.read(file: file, variables: variables)
            findings.append(.good("configuration", "\(file) is what 'switchyard serve' takes."))
        } catch {
            let place = isInstalled ? " Its variables belong into \(EnvironmentFile.installed)." : ""
            findings.append(
                .mend(
                    "configuration", error.description,
                    remedy: "Correct \(file) there; nothing of it was taken.\(place)"))
        }
    }

    /// What the installed control plane has in its environment; nil where this user may not know.
    private mutating func installedVariables() -> [String: String]? {
        do {
            let file = try EnvironmentFile.read()
            if !file.passedOver.isEmpty {
                let lines = file.passedOver.map(String.init).joined(separator: ", ")
                findings.append(
                    .note(
                        "variables", "\(EnvironmentFile.installed): systemd passes over the lines \(lines).",
                        remedy: "Write NAME=value, without 'export' and without blanks in the name."))
            } else if !file.variables.isEmpty {
                let names = file.variables.keys.sorted().joined(separator: ", ")
                findings.append(.good("variables", "\(EnvironmentFile.installed) sets \(names)."))
            }
            return file.variables(startedFrom: ProcessInfo.processInfo.environment)
        } catch {
            findings.append(
                .mend(
                    "variables", "\(error) It holds what \(Installation.configuration) refers to, such as passwords.",
                    remedy: "Run 'switchyard doctor' as root, who reads it for 'switchyard serve'."))
            return nil
        }
    }

    private static func resolved(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().path }
}
