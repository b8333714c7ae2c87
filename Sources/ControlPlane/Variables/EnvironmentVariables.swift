import Domain
import DurableFiles
import Foundation
import Glibc
import Logging
import Runtimes
import Secrets
import Store
import Turns

/// The settings and secrets of all environments on their way to processes: sealed, pinned, and known to the redactors.
package struct EnvironmentVariables: Sendable {
    let vault: SecretVault
    private let tree: SupervisorTree
    private let passwords: DatabasePasswords
    private let folder: StateFolder
    /// What the redactors know is replaced one after the other: each time it is everything.
    private let turns = Turns()

    init(_ database: StateDatabase, tree: SupervisorTree, passwords: DatabasePasswords, folder: StateFolder) {
        vault = SecretVault(
            records: SecretStore(database: database), keyRing: KeyRingPlace.file(otherwise: folder.keyRing))
        self.tree = tree
        self.passwords = passwords
        self.folder = folder
    }

    /// Makes the keys at the first start.
    ///
    /// A full disk or a lost ring keeps nobody from going back: whatever needs the keys says why it cannot have them.
    func makeKeys(logger: Logger) {
        do {
            try KeyRingPlace.makeIfNew(vault.keyRing, in: folder)
        } catch {
            logger.error("secrets cannot be used", metadata: ["error": "\(error)"])
        }
    }

    /// The versions for a release, those of its plan where it has one.
    func versions(
        for manifest: ReleaseManifest, in environment: EnvironmentDefinition, planned: VariableVersions?
    ) async throws -> VariableVersions {
        var versions = planned
        if versions == nil { versions = try await vault.versions(in: environment.name) }
        let chosen = versions ?? VariableVersions()
        let missing = (manifest.secrets ?? [:]).keys.filter { chosen.secrets[$0] == nil }.sorted()
        guard missing.isEmpty else { throw ControlPlaneError.secretsMissing(missing, environment.name) }
        guard environment.database != .secret || chosen.secrets[Self.databaseURL] != nil else {
            throw ControlPlaneError.databaseSecretMissing(environment.name)
        }
        return chosen
    }

    /// What the processes of a release get: settings in the clear, the rest sealed.
    func sealed(
        _ versions: VariableVersions, asFiles files: [VariableName] = [], in environment: EnvironmentDefinition,
        databaseURL: String?
    ) async throws -> (settings: [String: String], sealed: SealedVariables) {
        let settings = try await vault.settings(in: environment.name, version: versions.settings).values
            .filter { !ReservedVariables.contain($0.key, database: environment.database) }
        var records = try await vault.sealed(versions.secrets, of: environment.name)
            .filter { !ReservedVariables.contain($0.name, database: environment.database) }
        if let databaseURL { records.append(try seal(databaseURL, in: environment.name)) }
        let sealed = SealedVariables(
            program: try OwnProgram.path(), keyRing: folder.keyRing, known: folder.knownSecrets(of: environment.name),
            records: records, versions: versions, files: files)
        return (Dictionary(uniqueKeysWithValues: settings.map { ($0.key.rawValue, $0.value) }), sealed)
    }

    /// The URL of a database, for the variable of that name.
    func seal(_ databaseURL: String, in environment: EnvironmentName) throws -> SecretRecord {
        try vault.keyRing.load().seal(
            Secret(databaseURL), as: Self.databaseURL, in: environment, at: Date(timeIntervalSince1970: 0))
    }

    static let databaseURL = VariableName(unchecked: "DATABASE_URL")

    /// The secret that leads to the environment's database, in its newest version; nil where there is none.
    func databaseURL(of environment: EnvironmentName) async throws -> String? {
        let newest = try await vault.versions(in: environment).secrets[Self.databaseURL]
        guard let newest else { return nil }
        let records = try await vault.sealed([Self.databaseURL: newest], of: environment)
        return try records.first.flatMap { try vault.keyRing.load().open($0).reveal() }
    }

    /// Throws where an environment would get a payment provider's key of the wrong kind.
    func refuseWrongPaymentKeys(
        _ versions: VariableVersions, _ manifest: ReleaseManifest, in environment: EnvironmentDefinition
    ) async throws {
        guard let data = environment.data else { return }
        let settings = try await vault.settings(in: environment.name, version: versions.settings).values
        for (name, value) in settings { try data.require(value, as: name.rawValue, in: environment.name) }
        let clear = manifest.environment.merging(environment.settings) { $1 }
        for (name, value) in clear { try data.require(value, as: name, in: environment.name) }
        let records = try await vault.sealed(versions.secrets, of: environment.name)
        guard !records.isEmpty else { return }
        let ring = try vault.keyRing.load()
        for record in records {
            guard let value = try ring.open(record).reveal() else { continue }
            try data.require(value, as: record.name.rawValue, in: environment.name)
        }
    }

    /// Which values a release would get now, and what differs from those of a slot.
    func planned(
        for manifest: ReleaseManifest, in environment: EnvironmentDefinition, beside serving: SealedVariables?
    ) async throws -> PlannedVariables? {
        let versions = try await versions(for: manifest, in: environment, planned: nil)
        try await refuseWrongPaymentKeys(versions, manifest, in: environment)
        let old = serving?.versions ?? VariableVersions()
        guard versions != VariableVersions() || old != VariableVersions() else { return nil }
        let now = Self.fingerprints(try await vault.list(in: environment.name).map { ($0.name, $0.fingerprint) })
        let before = Self.fingerprints((serving?.records ?? []).map { ($0.name, $0.fingerprint) })
        var changes = Set(versions.secrets.keys).union(old.secrets.keys).sorted().compactMap { name -> String? in
            let (last, new) = (old.secrets[name], versions.secrets[name])
            guard last != new else { return nil }
            guard let new else { return "the secret \(name) no more" }
            let given = "version \(new) of the secret \(name) (\(now[name] ?? "unknown"))"
            return last.map { "\(given) in place of \($0) (\(before[name] ?? "unknown"))" } ?? given
        }
        if old.settings != versions.settings {
            changes.append("version \(versions.settings) of the settings in place of \(old.settings)")
        }
        return PlannedVariables(versions: versions, changes: changes)
    }

    private static func fingerprints(_ list: [(VariableName, String?)]) -> [VariableName: String] {
        Dictionary(list.compactMap { name, text in text.map { (name, $0) } }, uniquingKeysWith: { first, _ in first })
    }
}

// MARK: - What the redactors know

extension EnvironmentVariables {
    /// Tells the redactors of an environment everything that its processes may print, and what is new beside that.
    ///
    /// It is durable when this returns: only then a process may get it.
    func publish(_ environment: EnvironmentName, adding new: [SecretRecord] = []) async throws {
        try await turns.take {
            var records = try await vault.kept(in: environment) + passwords.records(of: environment) + new
            // Of what was removed or is older, a release in a slot has a copy.
            for name in await tree.names() {
                guard ServiceName(name)?.environment == environment else { continue }
                records += await tree.service(named: name)?.sealed?.records ?? []
            }
            let place = folder.knownSecrets(of: environment)
            try FileManager.default.createDirectory(
                atPath: folder.knownSecrets, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            var seen: Set<String> = []
            let distinct = records.filter { record in
                // Equal fingerprints are equal values.
                record.fingerprint.map { seen.insert("\(record.name) \($0)").inserted } ?? false
            }
            try KnownSecrets(records: distinct.sorted { ($0.name, $0.version) < ($1.name, $1.version) })
                .write(to: place)
        }
    }

    /// Seals what an older version has left in the clear in the definitions of an environment's services; what runs goes
    /// on, and its log is redacted from now on.
    func sealOlder(in environment: EnvironmentName) async throws {
        for name in await tree.names() where ServiceName(name)?.environment == environment {
            guard var service = await tree.service(named: name), service.sealed == nil,
                let url = service.environment.removeValue(forKey: Self.databaseURL.rawValue)
            else { continue }
            let record = try seal(url, in: environment)
            service.sealed = SealedVariables(
                program: try OwnProgram.path(), keyRing: folder.keyRing, known: folder.knownSecrets(of: environment),
                records: [record], versions: VariableVersions())
            try await publish(environment, adding: [record])
            try await tree.install(service)
        }
    }

    /// What takes the secrets of an environment out of a text that is kept; where that cannot be known, nothing is left
    /// of the text.
    func redacting(_ text: String, of environment: EnvironmentName) -> String {
        do {
            let known = folder.knownSecrets(of: environment)
            guard access(known, F_OK) == 0 else { return Redactor.redacting(text, .none) }
            return Redactor.redacting(text, try KnownSecrets.patterns(file: known, keyRing: vault.keyRing))
        } catch {
            return "[withheld, because the secrets in it cannot be known: \(error)]"
        }
    }
}

// MARK: - Keys

extension EnvironmentVariables {
    /// What became of the sealed values.
    struct Rotation: Sendable {
        var rewrapping: Rewrapping
        /// Ids of keys that were taken out of the ring.
        var dropped: [String] = []
    }

    /// Makes a new key and puts everything under it, also what lies outside the vault; releases go on meanwhile.
    ///
    /// Done again after an interruption, it makes one key more and does the rest.
    func rotateKeys(dropsOld: Bool, environments: [EnvironmentName], at now: Date) async throws -> Rotation {
        var rotation = Rotation(rewrapping: try await vault.rotateKey(at: now))
        try await passwords.rewrap()
        for name in await tree.names() { try await rewrapDefinition(of: name) }
        for environment in environments { try await publish(environment) }
        guard dropsOld, rotation.rewrapping.unreadable.isEmpty else { return rotation }
        rotation.dropped = try await vault.dropKeys { try await keysOutsideVault() }
        return rotation
    }

    private func rewrapDefinition(of name: String) async throws {
        guard var service = await tree.service(named: name), let sealed = service.sealed else { return }
        let records = try await vault.whileSealing {
            let ring = try vault.keyRing.load()
            return try sealed.records.map { try ring.rewrapped($0) ?? $0 }
        }
        guard records != sealed.records else { return }
        service.sealed?.records = records
        try await tree.install(service)
    }

    private func keysOutsideVault() async throws -> Set<String> {
        var used = try await passwords.keyIDs
        for name in await tree.names() {
            let records = await tree.service(named: name)?.sealed?.records ?? []
            used.formUnion(records.compactMap { $0.sealed?.keyID })
        }
        return used
    }
}
