import API
import Deployments
import Domain
import Foundation
import Hummingbird
import Secrets

/// Settings: variables that are no secrets, in versions.
struct SettingsController: Sendable {
    let vault: SecretVault
    let environments: Environments

    func addRoutes(to router: APIRouter) {
        router.on(.settings) { request, context in
            let environment = try environment(context)
            let version = try request.uri.queryParameters.whole("version", in: 0...Int(Int32.max))
            let settings = try await vault.settings(in: environment.name, version: version)
            return try .json(SettingsReport(version: settings.version, values: settings.values.texts))
        }
        router.on(.changeSettings) { request, context in
            let environment = try environment(context)
            let message = try await request.message(SettingsRequest.self)
            try Limits.require(message.requestedBy, "requestedBy", atMost: Limits.requesterCharacters)
            var values: [VariableName: String?] = [:]
            for (text, value) in message.values {
                let name = try VariableName(text)
                guard value == nil || !ReservedVariables.contain(name, database: environment.database) else {
                    throw ControlPlaneError.reservedVariable(name, environment.name)
                }
                if let value { try environment.data?.require(value, as: text, in: environment.name) }
                values.updateValue(value, forKey: name)
            }
            let changed = try await vault.change(
                settings: values, in: environment.name, by: context.requester(message.requestedBy), at: Date())
            context.notes.add("version", "\(changed.version)")
            return try .json(SettingsChanged(version: changed.version, changes: changed.changes.map(\.told)))
        }
    }

    private func environment(_ context: AppRequestContext) throws -> EnvironmentDefinition {
        try environments.deployer(of: context.parameters.require("environment")).environment
    }
}

extension Dictionary where Key == VariableName, Value == String {
    fileprivate var texts: [String: String] {
        [String: String](uniqueKeysWithValues: map { ($0.key.rawValue, $0.value) })
    }
}

extension SettingChange {
    fileprivate var told: SettingsChanged.Change {
        SettingsChanged.Change(name: name.rawValue, before: before, after: after)
    }
}
