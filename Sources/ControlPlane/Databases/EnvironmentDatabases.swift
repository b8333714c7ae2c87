import Deployments
import Domain
import Foundation
package import Postgres
import Synchronization
import Turns

/// The application's database of each environment: embedded, by URL, or none.
package struct EnvironmentDatabases: Sendable {
    private let application: ApplicationName
    /// The private cluster; nil when no environment asks for it.
    package let cluster: PrivateCluster?
    private let passwords: DatabasePasswords
    /// Roles are made one after the other: the server refuses two who change the same one at the same time.
    private let turns = Turns()
    /// The URL that is an environment's secret; nil where it is not set.
    private let secretURL: @Sendable (EnvironmentName) async throws -> String?
    private let secretUsers = SecretUsers()

    init(
        application: ApplicationName, cluster: PrivateCluster?, passwords: DatabasePasswords,
        secretURL: @escaping @Sendable (EnvironmentName) async throws -> String?
    ) {
        self.application = application
        self.cluster = cluster
        self.passwords = passwords
        self.secretURL = secretURL
    }

    /// What a slot's processes get as DATABASE_URL: a login role of the slot's own where the database is embedded.
    ///
    /// Nil where that is a secret: it comes to the processes as all secrets do, in the version of their plan.
    func url(for slot: SlotName, of environment: EnvironmentDefinition) async throws -> String? {
        environment.database == .secret ? nil : try await url(as: slot.rawValue, in: environment)
    }

    /// The same for a slot whose role was made before: it asks the database for nothing.
    func knownURL(for slot: SlotName, of environment: EnvironmentDefinition) async throws -> String? {
        guard environment.database == .embedded, let cluster else {
            return try await url(as: slot.rawValue, in: environment)
        }
        let role = role(of: slot, in: environment)
        return try cluster.url(
            role: role, password: await passwords.password(of: role, in: environment.name),
            database: ownerRole(of: environment.name))
    }

    /// What a one-off command gets as DATABASE_URL; nil where that is what the slots have.
    func urlForCommands(of environment: EnvironmentDefinition) async throws -> String? {
        guard environment.database == .embedded else { return nil }
        return try await url(as: Self.commandsUser, in: environment)
    }

    /// What a command that belongs to no slot gets as DATABASE_URL.
    func urlBesideSlots(of environment: EnvironmentDefinition) async throws -> String? {
        environment.database == .secret ? nil : try await url(as: "commands", in: environment)
    }

    /// With which rights migrations and backups run.
    func administrativeAddress(of environment: EnvironmentDefinition) async throws -> PostgresAddress? {
        try await url(as: Self.migrationsUser, in: environment).map { try PostgresAddress(url: $0) }
    }

    /// The URL for one user of an environment's database, which gets a login role of its own where it is embedded.
    private func url(as user: String, in environment: EnvironmentDefinition) async throws -> String? {
        switch environment.database {
        case .none: return nil
        case .url(let url): return url
        case .secret:
            guard let url = try await secretURL(environment.name) else {
                throw ControlPlaneError.databaseSecretMissing(environment.name)
            }
            secretUsers.note(try PostgresAddress(url: url).user, of: environment.name)
            return url
        case .embedded:
            let cluster = try await readyCluster(for: environment)
            let owner = ownerRole(of: environment.name)
            let role = "\(owner)_\(user)"
            let password = try await passwords.password(of: role, in: environment.name)
            try await turns.take {
                try await cluster.ensureDatabase(owner, owner: owner)
                try await cluster.ensureLoginRole(
                    role, password: password, memberOf: owner, in: owner, actsAsOwner: SlotName(rawValue: user) == nil,
                    connectionLimit: EnvironmentDefinition.embeddedConnections,
                    watchesOthers: user == Self.migrationsUser, isAudited: user == Self.commandsUser)
            }
            return try cluster.url(role: role, password: password, database: owner)
        }
    }

    /// The role that a slot's processes log in as.
    func role(of slot: SlotName, in environment: EnvironmentDefinition) -> String {
        switch environment.database {
        case .url(let url): (try? PostgresAddress(url: url))?.user ?? "postgres"
        case .secret: secretUsers.user(of: environment.name) ?? "postgres"
        case .embedded, .none: "\(ownerRole(of: environment.name))_\(slot)"
        }
    }

    /// Who sends what a role sends. All slots share the role of a database by URL, so there every release may have.
    func senders(of environment: EnvironmentDefinition, running: [RunningRelease]) -> [String: [String]] {
        var senders: [String: [String]] = [:]
        for running in running {
            senders[role(of: running.slot, in: environment), default: []].append(running.release.description)
        }
        if environment.database == .embedded {
            // What runs as the owner is a command; migrations and backups do so too, and send nothing that counts here.
            senders[ownerRole(of: environment.name)] = ["one-off commands"]
        }
        return senders
    }

    private func readyCluster(for environment: EnvironmentDefinition) async throws -> PrivateCluster {
        guard let cluster else { throw ControlPlaneError.noEmbeddedDatabase(environment.name) }
        try await cluster.waitUntilReady(deadline: .seconds(Limits.infrastructureSeconds))
        return cluster
    }

    /// The database and the role that owns everything in it: `freightops_production`.
    func ownerRole(of environment: EnvironmentName) -> String {
        Self.ownerRole(of: application, in: environment)
    }

    /// PostgreSQL cuts names after 63 bytes: what is longer is shortened so that the users' names fit behind it.
    static func ownerRole(of application: ApplicationName, in environment: EnvironmentName) -> String {
        "\(application)_\(environment)".shortened(toBytes: Limits.roleBytes - "_\(migrationsUser)".utf8.count)
            .replacingOccurrences(of: "-", with: "_")
    }

    /// The longest name of a user; slots are `s1` to `s99`.
    private static let migrationsUser = "migrations"
    /// Whom one-off commands log in as.
    private static let commandsUser = "commands"
}

/// The roles of databases whose URL is a secret, as far as it was needed.
private final class SecretUsers: Sendable {
    private let users = Mutex<[EnvironmentName: String]>([:])

    func note(_ user: String?, of environment: EnvironmentName) { users.withLock { $0[environment] = user } }

    func user(of environment: EnvironmentName) -> String? { users.withLock { $0[environment] } }
}
