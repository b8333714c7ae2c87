package import Domain

extension SecretVault {
    /// The versions that a release would get now; needs no key.
    package func versions(in environment: EnvironmentName) async throws -> VariableVersions {
        let present = try await newest(in: environment).filter { !$0.value.isRemoval }
        let settings = try await records.settings(of: environment, version: nil)
        return VariableVersions(settings: settings?.version ?? 0, secrets: present.mapValues(\.version))
    }

    /// What a release gets at its start: the newest values, or those of a plan where their versions are named.
    package func read(
        in environment: EnvironmentName, versions wanted: VariableVersions? = nil
    ) async throws -> ReleaseVariables {
        var versions = wanted
        if versions == nil { versions = try await self.versions(in: environment) }
        let read = versions ?? VariableVersions()
        return ReleaseVariables(
            secrets: try await secrets(read.secrets, of: environment),
            settings: try await settings(in: environment, version: read.settings).values, versions: read)
    }

    /// All that the redactor has to know of an environment: the newest value of each secret, and the ones before that
    /// are kept, because a release that was started with them may still run.
    ///
    /// A version that cannot be opened is left out, so that one altered record does not open the logs to all others.
    package func activeSecrets(in environment: EnvironmentName) async throws -> [(name: VariableName, secret: Secret)] {
        var active: [(VariableName, Secret)] = []
        for name in try await newest(in: environment).keys.sorted() {
            let ring = try keyRing.load()
            for record in try await records.history(of: name, in: environment) {
                if let secret = try? ring.open(record) { active.append((name, secret)) }
            }
        }
        return active
    }
}

extension SecretVault {
    func secrets(
        _ versions: [VariableName: Int], of environment: EnvironmentName
    ) async throws -> [VariableName: Secret] {
        for attempt in 1... {
            do {
                let records = try await chosen(versions, of: environment)
                // After the records: a key that they are under was there before them.
                let ring = versions.isEmpty ? nil : try keyRing.load()
                return try records.mapValues { record in
                    guard let ring else { throw SecretsError.keyRingMissing(path: keyRing.path) }
                    return try ring.open(record)
                }
            } catch let error as SecretsError {
                // The key was rewrapped between the two, and the old one dropped.
                guard case .unknownKey = error, attempt < Limits.readAttempts else { throw error }
            }
        }
        return [:]
    }

    func chosen(
        _ versions: [VariableName: Int], of environment: EnvironmentName
    ) async throws -> [VariableName: SecretRecord] {
        let newest = try await newest(in: environment)
        var chosen: [VariableName: SecretRecord] = [:]
        for (name, version) in versions {
            var record = newest[name].flatMap { $0.version == version ? $0 : nil }
            if record == nil {
                record = try await records.history(of: name, in: environment).first { $0.version == version }
            }
            guard let record, record.sealed != nil else {
                throw SecretsError.versionNotKept(name, environment, version: version)
            }
            chosen[name] = record
        }
        return chosen
    }
}
