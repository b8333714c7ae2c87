import API
import Access
import Audit
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Asks everybody who they are, and the one policy what they may.
struct Gatekeeper: Sendable {
    let desks: AccessDesks
    let environments: [EnvironmentName: AccessedEnvironment]
    let refusals: RefusalNotes
    /// Knows what must not be kept of messages.
    let log: OwnLog
    /// Refusals on routes that are open to anybody: they lock those routes and nobody's token.
    let strangers = FailureCounter()
    private let machineToken: MachineToken
    private let admins: AdminCount

    init(
        desks: AccessDesks, environments: [EnvironmentDefinition], machineToken: MachineToken, admins: AdminCount,
        refusals: RefusalNotes, log: OwnLog
    ) {
        self.desks = desks
        self.environments = Dictionary(
            uniqueKeysWithValues: environments.map {
                ($0.name, AccessedEnvironment($0.name, isProtected: $0.isProtected))
            })
        self.machineToken = machineToken
        self.admins = admins
        self.refusals = refusals
        self.log = log
    }

    /// What decides now.
    func policy(at now: Date) async -> Policy {
        Policy(admins: await admins.now(desks.roles, at: now), hasSignIn: desks.provider != nil)
    }

    /// The environment as it is in force; one that is not there any more counts as protected.
    func environment(_ name: EnvironmentName) -> AccessedEnvironment {
        environments[name] ?? AccessedEnvironment(name, isProtected: true)
    }
}

// MARK: - Who it is

extension Gatekeeper {
    /// The header in which pages of our own repeat what only they can read, so that no other site acts for somebody.
    static let formToken = HTTPField.Name("x-switchyard-form-token")!

    /// Who asks; throws for nobody and for what opens nothing.
    func subject(of request: Request, from address: NetworkAddress, at now: Date) async throws -> Subject {
        if let header = request.headers[.authorization] {
            let text = header.hasPrefix("Bearer ") ? String(header.dropFirst("Bearer ".count)) : ""
            if machineToken.matches(text) { return .machine }
            return try await desks.tokens.subject(bearing: text, from: address, at: now)
        }
        guard let cookies = request.headers[.cookie], let secret = SessionSecret(cookieHeader: cookies) else {
            throw Problem(
                code: "unauthorized", title: "Unauthorized", status: 401,
                detail:
                    "Show a token as 'Authorization: Bearer ...': that of 'switchyard login', or the one in the state "
                    + "folder's file 'token'.")
        }
        let subject = try await desks.sessions.subject(of: secret, from: address, at: now)
        guard request.method == .get || secret.accepts(formToken: request.headers[Self.formToken]) else {
            throw Problem(
                code: "form_token_missing", title: "Form token missing", status: 403,
                detail:
                    "What changes something in a session takes its form token in the header 'X-Switchyard-Form-Token'.")
        }
        return subject
    }
}

// MARK: - What they may

extension Gatekeeper {
    /// Lets somebody in to do one thing, or throws why not.
    func admit(
        _ subject: Subject, to permission: Permission, _ claim: EnvironmentClaim, from address: NetworkAddress,
        at now: Date
    ) async throws -> Admission {
        let place = try claim.agreed().map(environment)
        var subject = subject
        if let place { subject.breakGlass = try await desks.breakGlass.pass(of: subject, in: place, at: now) }
        let use = try await policy(at: now).decide(subject, permission, in: place, at: now).enforce()
        try checkNetwork(of: subject, permission, place, from: address)
        return Admission(subject: subject, address: address, environment: place, breakGlass: use)
    }

    /// Throws unless somebody who was let in may do something else too.
    func require(_ permission: Permission, of admission: Admission, at now: Date) async throws {
        try await policy(at: now).decide(admission.subject, permission, in: admission.environment, at: now).enforce()
    }

    /// What is about all environments is about the protected ones too. Whoever has the machine's token file and calls from
    /// the machine itself is in no network.
    private func checkNetwork(
        of subject: Subject, _ permission: Permission, _ place: AccessedEnvironment?, from address: NetworkAddress
    ) throws {
        if subject.credential == .machine, address.isLoopback { return }
        let everywhere = permission.rule.reach == .everywhere ? environments.values.filter(\.isProtected) : []
        for environment in place.map({ [$0] }) ?? everywhere.sorted(by: { $0.name < $1.name }) {
            try desks.networks.check(address, for: environment)
        }
    }
}

extension NetworkAddress {
    /// Whether it is this machine's own.
    fileprivate var isLoopback: Bool { isVersion4 ? description.hasPrefix("127.") : description == "::1" }

    /// The peer of a connection; the address of nobody where it is not known, which is in no network.
    init(peer text: String?) {
        self = text.flatMap { NetworkAddress($0) } ?? NetworkAddress("::")!
    }
}
