import API
import Access
import Domain
import Foundation
import Hummingbird

/// Tokens: making, listing and taking them back.
struct TokensController: Sendable {
    let desks: AccessDesks
    let gatekeeper: Gatekeeper

    func addRoutes(to router: APIRouter) {
        router.on(.tokens) { request, context in
            let admission = try context.admitted()
            let named = try request.uri.queryParameters.get("account").map { try AccountName($0) }
            let account = try named ?? Self.own(admission)
            if account != admission.subject.account {
                try await gatekeeper.require(.manageTokens, of: admission, at: Date())
            }
            let now = Date()
            return try .json(await desks.records.tokens(of: account).map { TokenReport($0, at: now) })
        }
        router.on(.makeToken) { request, context in
            let message = try await request.message(TokenRequest.self)
            let made = try await make(message, context.admitted())
            context.notes.add("token", made.token.id)
            context.notes.add("operations", made.token.operations?.joined(separator: " ") ?? "all")
            context.notes.add("environments", made.token.environments?.joined(separator: " ") ?? "all")
            context.notes.add("expires", made.token.expiresAt.formatted(.iso8601))
            return try .json(made, status: .created)
        }
        router.on(.revokeToken) { _, context in
            let text = try context.parameters.require("token")
            guard let id = TokenID(text) else {
                throw ControlPlaneError.invalidParameter(name: "token", value: text, expected: "its id")
            }
            let admission = try context.admitted()
            guard let owner = try await desks.records.token(id)?.account else { throw AccessError.unknownToken(id) }
            if owner != admission.subject.account {
                try await gatekeeper.require(.manageTokens, of: admission, at: Date())
            }
            try await desks.tokens.revoke(id, at: Date())
            return try .json(Done("The token \(id) opens nothing any more."))
        }
    }

    /// Makes a token for whoever asks, for a service account, or for a person where whoever has the machine vouches.
    private func make(_ message: TokenRequest, _ admission: Admission) async throws -> MadeToken {
        let name = try message.account.map { try AccountName($0) } ?? Self.own(admission)
        guard let account = try await desks.records.account(name) else { throw AccessError.unknownAccount(name) }
        if name != admission.subject.account {
            let needed: Permission = account.kind == .service ? .manageServiceAccounts : .vouchForPerson
            try await gatekeeper.require(needed, of: admission, at: Date())
        }
        let operations = try message.operations.map { texts in
            Set(
                try texts.map { text in
                    guard let operation = Permission(rawValue: text) else {
                        throw ControlPlaneError.invalidParameter(
                            name: "operation", value: text, expected: "a permission such as deploy or add_release")
                    }
                    return operation
                })
        }
        let scope = TokenScope(operations: operations, environments: try EnvironmentScope(message.environments))
        let days = message.days.map { TimeInterval($0) * 86_400 } ?? Access.Limits.tokenAge
        let (text, record) = try await desks.tokens.make(
            for: account, label: message.label, scope: scope, age: days, by: admission.subject, at: Date())
        return MadeToken(text: text.revealed, token: TokenReport(record, at: Date()))
    }

    private static func own(_ admission: Admission) throws -> AccountName {
        guard let account = admission.subject.account else {
            throw ControlPlaneError.invalidParameter(
                name: "account", value: "", expected: "an account, as the machine's token file has none")
        }
        return account
    }
}

extension TokenReport {
    init(_ record: TokenRecord, at now: Date) {
        let scope = RoleGrantMessage(RoleGrant(.viewer, in: record.scope.environments))
        self.init(
            id: record.id.text, account: record.account.rawValue, label: record.label,
            operations: record.scope.operations?.map(\.rawValue).sorted(), environments: scope.environments,
            createdAt: record.createdAt, expiresAt: record.expiresAt, revokedAt: record.revokedAt,
            lastUsedAt: record.lastUsedAt, counts: record.counts(at: now))
    }
}
