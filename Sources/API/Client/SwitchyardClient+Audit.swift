package import Domain

extension SwitchyardClient {
    /// Which entries are wanted: names as the API has them, such as `environment` and `since`.
    package func auditEntries(_ selection: [String: String], last: Int) async throws -> [AuditEntryReport] {
        try await get(.auditEntries, query: selection.merging(["last": "\(last)"]) { $1 })
    }

    package func auditEntry(_ number: Int) async throws -> AuditEntryReport {
        try await get(.auditEntry, ["entry": "\(number)"])
    }

    /// Asks for everything recorded so far to be in the record's files; recorded itself.
    package func exportAudit(requestedBy: String?) async throws -> AuditCheckpoint {
        try await send(.exportAudit, body: AuditExportRequest(requestedBy: requestedBy))
    }

    /// Who had access to an environment's database, and what was read; `selection` may have `since` and `until`.
    package func dataAccesses(
        in environment: EnvironmentName, _ selection: [String: String] = [:], last: Int
    ) async throws -> [AuditEntryReport] {
        try await get(
            .dataAccesses, ["environment": environment.rawValue], query: selection.merging(["last": "\(last)"]) { $1 })
    }

    /// Makes what is recorded about a person unreadable.
    package func erasePerson(_ subject: String, requestedBy: String?) async throws -> ErasureReport {
        try await send(.erasePerson, body: ErasureRequest(subject: subject, requestedBy: requestedBy))
    }
}
