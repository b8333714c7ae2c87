import API
import Access
import Approvals
import Deployments
import Domain
import Foundation
import Hummingbird
import Secrets
import Settings

/// What environments are, what differs between them, and what kind of data they have.
struct EnvironmentFactsController: Sendable {
    let application: ApplicationName
    let environments: Environments
    let schema: SchemaChanges
    let vault: SecretVault
    let freezes: FreezeDesk
    let gatekeeper: Gatekeeper
    let infrastructure: Infrastructure

    func addRoutes(to router: APIRouter) {
        router.on(.environmentFacts) { _, _ in
            let now = Date()
            var facts: [EnvironmentFacts] = []
            for deployer in environments.deployers {
                let freeze = try await freezes.current(in: deployer.environment.name, at: now)
                facts.append(
                    EnvironmentFacts(
                        deployer.environment, serving: await deployer.table.leading?.occupant?.release,
                        freeze: freeze.map { FreezeReport($0, at: now) }))
            }
            return try .json(facts)
        }
        router.on(.compareEnvironments) { request, context in
            let first = try deployer(context)
            let second = try environments.deployer(of: request.uri.queryParameters.require("with"))
            // The path says the one; the other takes the same right.
            var admission = try context.admitted()
            admission = try await gatekeeper.admit(
                admission.subject, to: .listSecrets,
                EnvironmentClaim().adding(second.environment.name, from: "query"), from: admission.address, at: Date())
            return try .json(await comparison.compare(first, second))
        }
        router.on(.markDatabase) { request, context in
            let message = try await request.message(DataClassRequest.self)
            try Limits.require(message.reason, "reason", atMost: Limits.reasonCharacters)
            let environment = try deployer(context).environment
            try await infrastructure.waitUntilReady(for: environment)
            let before = try await schema.remark(environment, as: message.data)
            context.notes.add("data", message.data.rawValue)
            context.notes.add("before", before?.data.rawValue ?? "none")
            let was = before.map { ", which was \($0.data.rawValue) by \($0.environment)" } ?? ""
            return try .json(Done("The database of \(environment.name) is marked \(message.data.rawValue)\(was)."))
        }
    }

    private var comparison: ComparedEnvironments {
        ComparedEnvironments(application: application, schema: schema, vault: vault, infrastructure: infrastructure)
    }

    private func deployer(_ context: AppRequestContext) throws -> EnvironmentDeployer {
        try environments.deployer(of: context.parameters.require("environment"))
    }
}

extension EnvironmentFacts {
    init(_ environment: EnvironmentDefinition, serving: ReleaseReference?, freeze: FreezeReport?) {
        let database =
            switch environment.database {
            case .embedded: "embedded"
            case .url: "url"
            case .secret: "secret"
            case .none: "none"
            }
        self.init(
            name: environment.name, purpose: environment.purpose, domains: environment.domains, database: database,
            runtime: "process", isProtected: environment.isProtected, data: environment.data,
            features: environment.features,
            instances: [String: Int](uniqueKeysWithValues: environment.instances.map { ($0.key.rawValue, $0.value) }),
            serving: serving, freeze: freeze)
    }
}
