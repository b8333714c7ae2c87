import Domain
import Foundation
import Secrets
import Store
import TestSupport

extension SecretStore: SecretRecords {}

/// A vault over the real store, with its ring in a folder of its own.
struct VaultFixture {
    let folder: String
    let store: SecretStore
    let ring: KeyRingFile
    let vault: SecretVault

    /// `records` may put something between the vault and the store.
    init(in folder: String, records: (SecretStore) -> any SecretRecords = { $0 }) {
        self.folder = folder
        store = SecretStore(database: StateDatabase(path: "\(folder)/state.sqlite"))
        ring = KeyRingFile(path: "\(folder)/keys.json")
        vault = SecretVault(records: records(store), keyRing: ring)
    }

    static func with(_ body: (VaultFixture) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let fixture = VaultFixture(in: folder)
            try fixture.ring.make(at: .test)
            try await body(fixture)
        }
    }

    @discardableResult
    func set(_ values: [String: String], in environment: EnvironmentName = .production) async throws -> [SecretWriting]
    {
        try await vault.set(values.asSecrets, in: environment, by: "dora", at: .test)
    }

    /// What a release would find in its environment.
    func read(_ environment: EnvironmentName = .production) async throws -> [String: String] {
        try await vault.read(in: environment).reveal()
    }
}

extension Date {
    static let test = Date(timeIntervalSince1970: 1_800_000_000)
}

extension EnvironmentName {
    static let staging = EnvironmentName(unchecked: "staging")
}

extension VariableName {
    static let stripe = VariableName(unchecked: "STRIPE_SECRET_KEY")
    static let database = VariableName(unchecked: "DATABASE_URL")
}

extension [String: String] {
    var asSecrets: [VariableName: Secret] {
        [VariableName: Secret](uniqueKeysWithValues: map { (VariableName(unchecked: $0.key), Secret($0.value)) })
    }
}
