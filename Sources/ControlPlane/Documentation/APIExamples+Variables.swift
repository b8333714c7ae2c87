import API
import Domain
import Foundation
import Runtimes

/// Examples of the messages about secrets and settings; nil for another route.
extension APIExamples {
    static func variablesMessage(for route: Route) -> Any? {
        switch route {
        case .setSecrets, .compareSecrets: SecretsRequest(values: ["": ""], requestedBy: "")
        case .exportSecrets: SecretExportRequest(recipients: [""], format: "json", requestedBy: "")
        case .runWithSecrets:
            SecretCommandRequest(words: [""], folder: "", requestedBy: "", process: .current())
        case .rotateSecretKeys: KeyRotationRequest(dropsOld: true, requestedBy: "")
        case .changeSettings: SettingsRequest(values: ["": ""], requestedBy: "")
        default: nil
        }
    }

    static func variablesAnswer(to route: Route) -> Any? {
        switch route {
        case .secrets, .secretHistory: [secret]
        case .setSecrets: [SecretWritten(name: "", version: 1, fingerprint: "", outcome: "added", warnings: [""])]
        case .compareSecrets: [SecretDifference(name: "", before: "", after: "")]
        case .removeSecret: secret
        case .exportSecrets: SecretExport(text: "")
        case .runWithSecrets: SecretCommand(start: "")
        case .rotateSecretKeys: KeyRotation(key: "", rewrapped: 1, dropped: [""], unreadable: [""])
        case .settings: SettingsReport(version: 1, values: ["": ""])
        case .changeSettings:
            SettingsChanged(version: 1, changes: [SettingsChanged.Change(name: "", before: "", after: "")])
        default: nil
        }
    }

    private static let secret = SecretReport(
        name: "", version: 1, fingerprint: "", author: "", writtenAt: .distantPast, key: "")
}
