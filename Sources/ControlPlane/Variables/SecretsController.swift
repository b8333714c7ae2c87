import API
import Access
import Deployments
import Domain
import DurableFiles
import Foundation
import Hummingbird
import Runtimes
import Secrets

/// Secrets by name, version and fingerprint; values come in and never go out.
struct SecretsController: Sendable {
    let variables: EnvironmentVariables
    let starts: CommandStarts
    let environments: Environments
    let accesses: DataAccesses
    let gatekeeper: Gatekeeper

    private var vault: SecretVault { variables.vault }

    func addRoutes(to router: APIRouter) {
        router.on(.secrets) { _, context in
            let environment = try environment(context)
            return try .json(await vault.list(in: environment.name).map(SecretReport.init))
        }
        router.on(.secretHistory) { _, context in
            let environment = try environment(context)
            return try .json(await history(of: secret(context), in: environment.name))
        }
        router.on(.setSecrets) { request, context in
            let environment = try environment(context)
            let (values, author) = try await values(of: request, context, for: environment)
            let written = try await vault.set(values, in: environment.name, by: author, at: Date())
            try await variables.publish(environment.name)
            context.notes.add(
                "versions", written.map { "\($0.name) \($0.version)" }.joined(separator: ", "))
            return try .json(written.map(SecretWritten.init))
        }
        router.on(.compareSecrets) { request, context in
            let environment = try environment(context)
            let (values, _) = try await values(of: request, context, for: environment)
            return try .json(await vault.changes(setting: values, in: environment.name).map(SecretDifference.init))
        }
        router.on(.removeSecret) { request, context in
            let (environment, name) = (try environment(context), try secret(context))
            try await requireRight(to: [name], context)
            try await vault.remove([name], in: environment.name, by: context.requester(nil), at: Date())
            guard let removal = try await vault.history(of: name, in: environment.name).last else {
                throw SecretsError.unknownSecret(name, environment.name)
            }
            return try .json(SecretReport(removal))
        }
        router.on(.exportSecrets) { request, context in try await export(request, context) }
        router.on(.runWithSecrets) { request, context in try await start(request, context) }
        router.on(.rotateSecretKeys) { request, context in try await rotate(request, context) }
    }

    private func export(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let environment = try environment(context)
        let message = try await request.message(SecretExportRequest.self)
        guard let format = SopsFile.Format(rawValue: message.format) else {
            throw ControlPlaneError.invalidParameter(
                name: "format", value: message.format,
                expected: SopsFile.Format.allCases.map(\.rawValue).joined(separator: " or "))
        }
        try requireKnown(message.recipients, in: environment)
        for (number, recipient) in message.recipients.enumerated() {
            context.notes.add("recipient.\(number + 1)", String(recipient.prefix(Limits.reasonCharacters)))
        }
        let secrets = try await vault.read(in: environment.name).secrets
        let file = try await SecretExchange().write(
            secrets, format: format, recipients: message.recipients, at: Date())
        return try .json(SecretExport(text: String(decoding: file, as: UTF8.self)))
    }

    private func start(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let environment = try environment(context)
        let message = try await request.message(SecretCommandRequest.self)
        try Limits.require(
            message.words.joined(separator: " "), "command", atMost: Limits.commandCharacters)
        guard message.words.first?.isEmpty == false else {
            throw ControlPlaneError.invalidParameter(name: "words", value: "", expected: "a command")
        }
        context.notes.add("program", message.words[0])
        let versions = try await vault.versions(in: environment.name)
        let given = try await variables.sealed(
            versions, in: environment, databaseURL: try await starts.databases.urlBesideSlots(of: environment))
        var variables = environment.settings.merging(given.settings) { _, set in set }
        if environment.database != .none {
            let name = try await accesses.admit(
                UUID(), words: message.words[0], program: message.words[0], release: nil,
                in: environment.name, by: context.notes.actor)
            variables["PGAPPNAME"] = variables["PGAPPNAME"] ?? name
        }
        let process = ProcessStart(
            command: message.words, environment: variables,
            workingDirectory: message.folder, unixUser: nil, sealed: given.sealed)
        return try .json(SecretCommand(start: try starts.keep(process)))
    }

    private func rotate(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let message = try await request.message(KeyRotationRequest.self)
        let names = environments.deployers.map(\.environment.name)
        let rotation = try await variables.rotateKeys(dropsOld: message.dropsOld, environments: names, at: Date())
        context.notes.add("key", rotation.rewrapping.keyID)
        return try .json(
            KeyRotation(
                key: rotation.rewrapping.keyID, rewrapped: rotation.rewrapping.rewrapped, dropped: rotation.dropped,
                unreadable: rotation.rewrapping.unreadable.map {
                    "version \($0.version) of \($0.environment)'s \($0.name): \($0.reason)"
                }))
    }

    /// Whoever chooses the recipient can read the file: of a protected environment the configuration chooses.
    private func requireKnown(_ recipients: [String], in environment: EnvironmentDefinition) throws {
        let known = gatekeeper.desks.settings.secretRecipients
        guard environment.isProtected || !known.isEmpty else { return }
        for recipient in recipients where !known.contains(recipient) {
            throw ControlPlaneError.unknownRecipient(recipient, environment.name)
        }
    }

    /// A DBA writes what leads to databases; the rest takes more. Throws for whoever may not.
    private func requireRight(to names: [VariableName], _ context: AppRequestContext) async throws {
        guard names.contains(where: { !$0.leadsToDatabase }) else { return }
        try await gatekeeper.require(.writeSecret, of: context.admitted(), at: Date())
    }

    private func history(of name: VariableName, in environment: EnvironmentName) async throws -> [SecretReport] {
        let history = try await vault.history(of: name, in: environment)
        guard !history.isEmpty else { throw SecretsError.unknownSecret(name, environment) }
        return history.map(SecretReport.init)
    }

    private func values(
        of request: Request, _ context: AppRequestContext, for environment: EnvironmentDefinition
    ) async throws -> (values: [VariableName: Secret], author: String) {
        let message = try await request.message(SecretsRequest.self)
        try Limits.require(message.requestedBy, "requestedBy", atMost: Limits.requesterCharacters)
        guard message.values.count <= Limits.valuesAtOnce else {
            throw ControlPlaneError.invalidParameter(
                name: "values", value: "\(message.values.count)", expected: "at most \(Limits.valuesAtOnce) of them")
        }
        var values: [VariableName: Secret] = [:]
        for (text, value) in message.values {
            let name = try VariableName(text)
            guard !ReservedVariables.contain(name, database: environment.database) else {
                throw ControlPlaneError.reservedVariable(name, environment.name)
            }
            try environment.data?.require(value, as: text, in: environment.name)
            values[name] = Secret(value)
        }
        try await requireRight(to: Array(values.keys), context)
        return (values, context.requester(message.requestedBy))
    }

    private func environment(_ context: AppRequestContext) throws -> EnvironmentDefinition {
        try environments.deployer(of: context.parameters.require("environment")).environment
    }

    private func secret(_ context: AppRequestContext) throws -> VariableName {
        try VariableName(context.parameters.require("secret"))
    }
}

extension SecretReport {
    fileprivate init(_ summary: SecretSummary) {
        self.init(
            name: summary.name.rawValue, version: summary.version, fingerprint: summary.fingerprint,
            author: summary.author, writtenAt: summary.writtenAt, key: summary.keyID)
    }
}

extension SecretWritten {
    fileprivate init(_ writing: SecretWriting) {
        self.init(
            name: writing.name.rawValue, version: writing.version, fingerprint: writing.fingerprint,
            outcome: writing.outcome.rawValue, warnings: writing.warnings)
    }
}

extension SecretDifference {
    fileprivate init(_ change: SecretChange) {
        self.init(name: change.name.rawValue, before: change.before, after: change.after)
    }
}

extension VariableName {
    /// Whether it is one of those that lead to a database: DATABASE_URL, REPORTS_DATABASE_URL, PGPASSWORD.
    fileprivate var leadsToDatabase: Bool {
        rawValue.hasSuffix("DATABASE_URL") || rawValue.hasPrefix("POSTGRES_")
            || ["PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSSLROOTCERT"].contains(rawValue)
    }
}
