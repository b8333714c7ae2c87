package import Access
package import Domain
package import Foundation

/// Keeps requests; a store conforms to it. Each call is one transaction and durable when it answers.
package protocol RequestRecords: Sendable {
    /// Open ones and the newest others, newest first.
    func requests() async throws -> [ChangeRequest]
    /// Keeps the request that `change` answers; the others and all accounts are as they are at that moment.
    func changeRequest(
        _ change: @escaping @Sendable ([ChangeRequest], [Account]) throws -> ChangeRequest
    ) async throws -> ChangeRequest
}

/// Where changes of protected environments are asked for, approved and rejected.
///
/// Whether the caller may ask at all is `Policy`'s to say first.
package struct RequestDesk: Sendable {
    private let records: any RequestRecords
    private let accounts: any AccessRecords

    package init(records: any RequestRecords, accounts: any AccessRecords) {
        self.records = records
        self.accounts = accounts
    }

    /// Open ones and the newest others, newest first.
    package func requests() async throws -> [ChangeRequest] { try await records.requests() }

    package func request(_ id: UUID) async throws -> ChangeRequest {
        guard let request = try await requests().first(where: { $0.id == id }) else {
            throw ApprovalError.unknownRequest(id)
        }
        return request
    }

    /// Keeps a new request; one that asks for the same already is answered instead.
    package func add(_ request: ChangeRequest) async throws -> ChangeRequest {
        try await records.changeRequest { requests, _ in
            let open = requests.filter { [.waiting, .approved].contains($0.state(at: request.createdAt)) }
            let same = open.first {
                $0.environment == request.environment && $0.change == request.change && $0.digest == request.digest
                    && $0.requestedBy == request.requestedBy
            }
            if let same { return same }
            guard open.count < Limits.openRequests else { throw ApprovalError.tooMany(Limits.openRequests) }
            return request
        }
    }

    /// Throws unless an approval would count; changes nothing.
    package func check(
        _ id: UUID, by name: AccountName, digest: String, at now: Date
    ) async throws -> ChangeRequest {
        var request = try await request(id)
        guard let account = try await accounts.account(name) else { throw AccessError.unknownAccount(name) }
        try request.approve(by: account, digest: digest, note: nil, at: now)
        return request
    }

    /// Adds somebody's yes.
    package func approve(
        _ id: UUID, by name: AccountName, digest: String, note: String?, at now: Date
    ) async throws -> ChangeRequest {
        try await change(id) { request, accounts in
            guard let account = accounts.first(where: { $0.name == name }) else {
                throw AccessError.unknownAccount(name)
            }
            try account.checkAlive(at: now)
            try request.approve(by: account, digest: digest, note: note, at: now)
        }
    }

    /// Ends a request without effect.
    package func reject(
        _ id: UUID, by name: AccountName, because reason: String, at now: Date
    ) async throws -> ChangeRequest {
        try await change(id) { request, _ in try request.reject(by: name, because: reason, at: now) }
    }

    /// Notes that a request was carried out.
    package func complete(_ id: UUID, as deployment: DeploymentID?, at now: Date) async throws -> ChangeRequest {
        try await change(id) { request, _ in try request.complete(as: deployment, at: now) }
    }

    /// Ends a request because what was approved is not what would be done now.
    package func void(_ id: UUID, because reason: String, at now: Date) async throws -> ChangeRequest {
        try await change(id) { request, _ in try request.void(because: reason, at: now) }
    }

    private func change(
        _ id: UUID, _ body: @escaping @Sendable (inout ChangeRequest, [Account]) throws -> Void
    ) async throws -> ChangeRequest {
        try await records.changeRequest { requests, accounts in
            guard var request = requests.first(where: { $0.id == id }) else { throw ApprovalError.unknownRequest(id) }
            try body(&request, accounts)
            return request
        }
    }
}
