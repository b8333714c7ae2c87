import Access
import Domain
import Foundation
import Testing

/// Who may do what: every role, every operation, protected or not.
struct PolicyTests {
    private let policy = Policy(admins: 2)
    private let now = AccessFixture.now
    private let production = AccessFixture.production
    private let dev = AccessFixture.dev

    private func subject(
        _ grants: [RoleGrant], kind: Account.Kind = .person, scope: TokenScope = .whole, glass: BreakGlassPass? = nil
    ) -> Subject {
        let account = Account(name: AccessFixture.name("ana"), kind: kind, grants: grants, createdAt: now)
        return Subject(account, credential: .session, scope: scope, breakGlass: glass)
    }

    private func decide(_ subject: Subject, _ operation: Permission, in environment: AccessedEnvironment?) -> Decision {
        policy.decide(subject, operation, in: environment, at: now)
    }

    private func sentence(_ decision: Decision) -> String? {
        if case .denied(let denial) = decision { denial.description } else { nil }
    }

    @Test func `the table has a line for every operation`() {
        #expect(RightsTable.cells.count == Permission.allCases.count * Role.allCases.count)
        #expect(Set(RightsTable.cells.map(\.operation)) == Set(Permission.allCases))
    }

    @Test(arguments: [false, true])
    func `every role may do what the table says and nothing else`(isProtected: Bool) {
        let environment = isProtected ? production : dev
        for cell in RightsTable.cells {
            let decision = decide(subject([RoleGrant(cell.role)]), cell.operation, in: environment)
            #expect(
                decision.isAllowed == cell.isAllowed(inProtected: isProtected), "\(cell.role) \(cell.operation)")
        }
    }

    @Test func `somebody without a role may do nothing at all`() {
        for operation in Permission.allCases {
            for environment in [nil, dev, production] {
                #expect(!decide(subject([]), operation, in: environment).isAllowed, "\(operation)")
            }
        }
    }

    @Test func `a role holds where it was given and nowhere else`() {
        for cell in RightsTable.cells where cell.role != .admin {
            let elsewhere = subject([RoleGrant(cell.role, in: .only([dev.name]))])
            #expect(!decide(elsewhere, cell.operation, in: production).isAllowed, "\(cell.role) \(cell.operation)")
        }
        let both = subject([
            RoleGrant(.developer, in: .only([dev.name])), RoleGrant(.dba, in: .only([production.name])),
        ])
        #expect(decide(both, .deploy, in: dev) == .allowed)
        #expect(!decide(both, .deploy, in: production).isAllowed)
        #expect(!decide(both, .migrate, in: production).isAllowed)
        #expect(decide(both, .approve, in: production) == .allowed)
    }

    @Test func `what is about everything takes a role for everything`() {
        let some = subject([RoleGrant(.releaseManager, in: .only([dev.name, production.name]))])
        #expect(!decide(some, .applyConfiguration, in: nil).isAllowed)
        #expect(decide(subject([RoleGrant(.releaseManager)]), .applyConfiguration, in: nil) == .allowed)
        #expect(decide(some, .addRelease, in: nil) == .allowed, "a release belongs to no environment")
    }

    @Test func `what is about an environment is refused where none is named`() {
        for operation in Permission.allCases where operation.rule.reach == .environment {
            let everybody = Role.allCases.filter { $0 != .auditor }.map { RoleGrant($0) }
            #expect(!decide(subject(everybody), operation, in: nil).isAllowed, "\(operation)")
        }
    }

    @Test func `an auditor with an acting role may do nothing, in whatever environments they are`() {
        for role in Role.allCases where role.acts {
            let both = subject([RoleGrant(.auditor, in: .only([dev.name])), RoleGrant(role)])
            for operation in Permission.allCases {
                #expect(!decide(both, operation, in: production).isAllowed, "\(role) \(operation)")
            }
        }
        #expect(decide(subject([RoleGrant(.auditor), RoleGrant(.viewer)]), .readAudit, in: nil) == .allowed)
    }

    @Test func `a service account approves nothing, whatever its roles`() {
        for cell in RightsTable.cells {
            let service = subject([RoleGrant(cell.role)], kind: .service)
            let isExpected = cell.isAllowed(inProtected: true) && !RightsTable.forPeople.contains(cell.operation)
            #expect(decide(service, cell.operation, in: production).isAllowed == isExpected, "\(cell.operation)")
        }
    }

    @Test func `a token does at most what it is for, and never more than its account`() {
        let narrow = TokenScope(operations: [.deploy, .readAudit], environments: .only([dev.name]))
        let holder = subject([RoleGrant(.developer)], scope: narrow)
        for operation in Permission.allCases {
            #expect(decide(holder, operation, in: dev).isAllowed == (operation == .deploy), "\(operation)")
            #expect(!decide(holder, operation, in: production).isAllowed, "\(operation)")
        }
        let here = subject([RoleGrant(.releaseManager)], scope: TokenScope(environments: .only([dev.name])))
        #expect(!decide(here, .applyConfiguration, in: nil).isAllowed, "that reaches other environments")
    }

    @Test func `break-glass opens its own environment to people on call, until its end, and marks what is done`() {
        let use = UUID()
        let pass = BreakGlassPass(use: use, environment: production.name, expiresAt: now + .minutes(60))
        let other = AccessedEnvironment(EnvironmentName(unchecked: "payments"), isProtected: true)
        let onCall = subject([RoleGrant(.onCall)], glass: pass)
        for cell in RightsTable.cells where cell.role == .onCall {
            let isOpened = RightsTable.openedByBreakGlass.contains(cell.operation)
            let isAllowed = isOpened || cell.isAllowed(inProtected: true)
            let inside = decide(onCall, cell.operation, in: production)
            #expect(inside.isAllowed == isAllowed, "\(cell.operation)")
            if isAllowed { #expect(inside == .allowedUnderBreakGlass(use: use), "\(cell.operation)") }
            for place in [other, dev] {
                let outside = decide(onCall, cell.operation, in: place)
                #expect(outside.isAllowed == cell.isAllowed(inProtected: place.isProtected), "\(cell.operation)")
                if outside.isAllowed { #expect(outside == .allowed) }
            }
            let late = policy.decide(onCall, cell.operation, in: production, at: now + .minutes(60))
            #expect(late.isAllowed == cell.isAllowed(inProtected: true), "\(cell.operation)")
            let notOnCall = decide(subject([RoleGrant(.viewer)], glass: pass), cell.operation, in: production)
            #expect(!isOpened || !notOnCall.isAllowed, "\(cell.operation)")
        }
    }

    @Test func `a narrow token stays narrow under break-glass`() {
        let pass = BreakGlassPass(use: UUID(), environment: production.name, expiresAt: now + .minutes(60))
        let scope = TokenScope(operations: [.readStatus])
        let holder = subject([RoleGrant(.onCall)], scope: scope, glass: pass)
        #expect(!decide(holder, .deploy, in: production).isAllowed)
    }

    @Test func `the machine's token file may do what anybody may until there is an admin, then only look and go back`()
    {
        for operation in Permission.allCases {
            let alone = Policy(admins: 0).decide(.machine, operation, in: production, at: now)
            #expect(alone.isAllowed == (operation != .readSecret), "\(operation)")
            let beside = decide(.machine, operation, in: production)
            #expect(
                beside.isAllowed == [.readStatus, .readPlan, .rollBack, .useOwnTokens].contains(operation),
                "\(operation)")
            let secondVoice = Policy(admins: 1).decide(.machine, operation, in: production, at: now)
            let isOfRoles = [.readAccounts, .proposeRoles, .confirmRoles].contains(operation)
            #expect(secondVoice.isAllowed == (beside.isAllowed || isOfRoles), "\(operation)")
        }
    }

    @Test func `whoever has the machine vouches for people only where no identity provider does`() {
        for (admins, hasSignIn, isAllowed) in [(0, true, true), (0, false, true), (2, true, false), (2, false, true)] {
            let policy = Policy(admins: admins, hasSignIn: hasSignIn)
            #expect(policy.decide(.machine, .vouchForPerson, at: now).isAllowed == isAllowed, "\(admins) \(hasSignIn)")
        }
    }

    @Test func `secrets and deployments of protected environments take a second person`() {
        let asked = Permission.allCases.filter { policy.needsSecondPerson($0, in: production) }
        #expect(Set(asked) == [.requestDeployment, .writeSecret, .writeDatabaseSecret, .erasePerson])
        #expect(!policy.needsSecondPerson(.writeSecret, in: dev))
        #expect(!Policy(admins: 0).needsSecondPerson(.writeSecret, in: production), "there is no second one")
    }

    @Test func `a refusal says in a sentence what to do`() {
        let viewer = subject([RoleGrant(.viewer)])
        #expect(
            sentence(decide(viewer, .rollBack, in: production))
                == "'ana' may not roll back in production: that takes the role release manager, DBA or on-call; ask an "
                + "admin to propose it.")
        #expect(
            sentence(decide(subject([RoleGrant(.developer)]), .deploy, in: production))
                == "'ana' may not deploy in production: request the deployment, and have it approved by others.")
        #expect(
            sentence(decide(subject([RoleGrant(.admin)]), .readSecret, in: production))
                == "'ana' may not read the value of a secret in production: nobody may.")
        #expect(
            sentence(decide(.machine, .deploy, in: dev))
                == "The machine's token file may not deploy in dev: there are accounts now, so sign in, or make a token of "
                + "your own.")
        #expect(throws: Denial.self) { try decide(viewer, .rollBack, in: production).enforce() }
    }

    static let claims: [(path: String?, body: String?, resource: String?, agreed: String?)] = [
        (nil, nil, nil, nil), ("dev", nil, nil, "dev"), (nil, "dev", nil, "dev"), ("dev", "dev", "dev", "dev"),
        ("dev", "production", nil, "?"), ("dev", nil, "production", "?"), ("production", "production", "dev", "?"),
    ]

    @Test(arguments: claims)
    func `a request that names two environments is refused`(
        claim: (path: String?, body: String?, resource: String?, agreed: String?)
    ) throws {
        let mentions = EnvironmentClaim()
            .adding(claim.path.map(EnvironmentName.init(unchecked:)), from: "path")
            .adding(claim.body.map(EnvironmentName.init(unchecked:)), from: "body")
            .adding(claim.resource.map(EnvironmentName.init(unchecked:)), from: "deployment 12")
        if claim.agreed == "?" {
            #expect(throws: AccessError.self) { try mentions.agreed() }
        } else {
            #expect(try mentions.agreed()?.rawValue == claim.agreed)
        }
    }
}
