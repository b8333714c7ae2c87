import Domain
package import Foundation

/// The one place that decides who may do what; it knows nothing but its arguments, and denies by default.
///
/// What an account's state says (disabled, expired) is settled before: a `Subject` is made of what counts.
package struct Policy: Sendable {
    /// How many admins there are. Without one, whoever can read the machine's token file may do what anybody may; beside
    /// one, that is the second voice about roles.
    private let admins: Int
    /// Whether people sign in by an identity provider; where not, whoever has the machine vouches for them.
    package let hasSignIn: Bool

    package init(admins: Int, hasSignIn: Bool = true) {
        self.admins = admins
        self.hasSignIn = hasSignIn
    }

    package var isStaffed: Bool { admins > 0 }

    /// What is left to the machine's token file once there are accounts: to look, to go back, and to ask who it is.
    static let machineHelp: Set<Permission> = [.readStatus, .readPlan, .rollBack, .useOwnTokens]

    /// What it may beside a single admin.
    static let secondVoice: Set<Permission> = [.readAccounts, .proposeRoles, .confirmRoles]

    /// Says whether the subject may do the operation, in an environment where it is about one.
    package func decide(
        _ subject: Subject, _ operation: Permission, in environment: AccessedEnvironment? = nil, at now: Date
    ) -> Decision {
        let rule = operation.rule
        guard let cause = refusal(of: subject, operation, rule, in: environment) else {
            return allowed(subject, in: environment, at: now)
        }
        if case .role = cause, isOpened(rule, to: subject, in: environment, at: now) {
            return allowed(subject, in: environment, at: now)
        }
        if cause == .onlyByRequest, isOpened(rule, to: subject, in: environment, at: now) {
            return allowed(subject, in: environment, at: now)
        }
        return .denied(
            Denial(who: subject.words, operation: operation, environment: environment?.name, cause: cause))
    }

    /// Whether an operation takes the agreement of somebody else where it is asked for.
    package func needsSecondPerson(_ operation: Permission, in environment: AccessedEnvironment?) -> Bool {
        isStaffed && operation.rule.needsSecondPerson && environment?.isProtected != false
    }

    private func refusal(
        of subject: Subject, _ operation: Permission, _ rule: PermissionRule, in environment: AccessedEnvironment?
    ) -> Denial.Cause? {
        let isOfProtected = environment?.isProtected ?? true
        let needed = isOfProtected ? rule.protected : rule.open
        if rule.reach == .environment, environment == nil { return .environmentMissing }
        if subject.credential == .machine { return refusalOfMachine(operation, rule) }
        if let cause = refusal(of: subject.scope, operation, in: environment) { return cause }
        if subject.somewhere.auditsItself { return .auditsItself }
        if rule.needsPerson, subject.kind == .service { return .needsPerson }
        if !roles(of: subject, rule, in: environment).isDisjoint(with: needed) { return nil }
        if isOfProtected, operation == .deploy || operation == .migrate { return .onlyByRequest }
        return needed.isEmpty ? .nobody : .role(needed: needed)
    }

    private func refusalOfMachine(_ operation: Permission, _ rule: PermissionRule) -> Denial.Cause? {
        if operation == .vouchForPerson, !(isStaffed && hasSignIn) { return nil }
        guard isStaffed else { return rule.open.union(rule.protected).isEmpty ? .nobody : nil }
        if admins == 1, Self.secondVoice.contains(operation) { return nil }
        return Self.machineHelp.contains(operation) ? nil : .machineOnlyHelps
    }

    private func refusal(
        of scope: TokenScope, _ operation: Permission, in environment: AccessedEnvironment?
    ) -> Denial.Cause? {
        if let operations = scope.operations, !operations.contains(operation) { return .operationOutOfScope }
        guard let environment else {
            // What is about all environments is out of reach of a token for some.
            return operation.rule.reach == .everywhere && scope.environments != .all ? .environmentOutOfScope : nil
        }
        return scope.environments.covers(environment.name) ? nil : .environmentOutOfScope
    }

    private func roles(
        of subject: Subject, _ rule: PermissionRule, in environment: AccessedEnvironment?
    ) -> RoleSet {
        switch (rule.reach, environment) {
        case (.everywhere, _): subject.everywhere
        case (_, .some(let environment)): subject.roles(in: environment.name)
        case (_, .none): subject.somewhere
        }
    }

    /// Break-glass opens what it may in the one environment that it is for, to people on call there, until it ends.
    private func isOpened(
        _ rule: PermissionRule, to subject: Subject, in environment: AccessedEnvironment?, at now: Date
    ) -> Bool {
        guard rule.isOpenedByBreakGlass, let environment, environment.isProtected, subject.kind == .person,
            let pass = subject.breakGlass
        else { return false }
        return pass.environment == environment.name && now < pass.expiresAt
            && subject.roles(in: environment.name).contains(.onCall)
    }

    private func allowed(_ subject: Subject, in environment: AccessedEnvironment?, at now: Date) -> Decision {
        guard let pass = subject.breakGlass, now < pass.expiresAt, pass.environment == environment?.name else {
            return .allowed
        }
        return .allowedUnderBreakGlass(use: pass.use)
    }
}
