import API
import Access
import Approvals
import Domain
import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import Runtimes
import Store
import TestSupport
import Testing

@testable import ControlPlane

/// Every route, asked by every role, over the real router.
@Suite(.timeLimit(.minutes(3))) struct RouteRightsTests {
    private let dev = EnvironmentName(unchecked: "dev")

    @Test func `the table has a line for every route`() {
        #expect(RouteRights.cells.count == Route.allCases.count * Role.allCases.count)
        #expect(Set(RouteRights.cells.map(\.route)) == Set(Route.allCases))
    }

    @Test(arguments: [false, true])
    func `every role is let in where the table says and nowhere else`(isProtected: Bool) async throws {
        let environment = isProtected ? EnvironmentName.production : dev
        try await RouterFixture.use { fixture, client in
            let place = try await Place(environment, fixture)
            for role in Role.allCases {
                let token = try await fixture.token(of: "somebody-\(role.rawValue)", [RoleGrant(role)])
                for cell in RouteRights.cells where cell.role == role {
                    guard place.hasSuchThing(cell.route) else { continue }
                    let answer = try await place.ask(cell.route, showing: token, client)
                    let isLetIn = !["not_permitted", "approval_required", "unauthorized"].contains(answer.code)
                    #expect(
                        isLetIn == cell.isAllowed(inProtected: isProtected),
                        "\(role) asks for \(cell.route) and gets \(answer)")
                }
            }
        }
    }

    @Test func `the machine's token does everything until there is an admin, and then looks and goes back`()
        async throws
    {
        try await RouterFixture.use { fixture, client in
            let place = try await Place(.production, fixture)
            for route in Route.allCases {
                let answer = try await place.ask(route, showing: RouterFixture.token, client)
                #expect(answer.code != "not_permitted", "\(route): \(answer)")
            }
            for name in ["ana", "ben"] { _ = try await fixture.token(of: name, [RoleGrant(.admin)]) }
            for route in Route.allCases {
                let answer = try await place.ask(route, showing: RouterFixture.token, client)
                let isLeft = [.readStatus, .readPlan, .rollBack, .useOwnTokens, nil].contains(route.permission)
                #expect((answer.code != "not_permitted") == isLeft, "\(route): \(answer)")
            }
        }
    }

    @Test func `a service account does nothing that is for people`() async throws {
        try await RouterFixture.use { fixture, client in
            let place = try await Place(.production, fixture)
            let token = try await fixture.token(
                of: "bot", Role.allCases.map { RoleGrant($0) }.filter { $0.role != .auditor },
                kind: .service)
            let forPeople: [Route] = [
                .disableAccount, .revokeAccess, .proposeRoles, .confirmRoles, .addPeer, .startBreakGlass,
                .endBreakGlass,
                .reviewBreakGlass, .makeRecoveryCodes,
            ]
            for route in forPeople {
                let answer = try await place.ask(route, showing: token, client)
                #expect(answer.code == "not_permitted", "\(route): \(answer)")
            }
        }
    }
}

/// An environment with a deployment, a running command and a use of break-glass, so that each route has something to name.
struct Place {
    let environment: EnvironmentName
    private let parameters: [String: String]

    init(_ environment: EnvironmentName, _ fixture: RouterFixture) async throws {
        self.environment = environment
        let release = ReleaseReference(
            name: ApplicationName(unchecked: "freightops"), version: ReleaseVersion(unchecked: "1.0.0"),
            digest: ArtifactDigest(unchecked: String(repeating: "0", count: 64)))
        let deployment = Deployment(
            id: DeploymentID(1), environment: environment, kind: .deploy, release: release, previous: nil,
            requestedBy: "test", createdAt: Date())
        _ = try await fixture.records.open(deployment, as: .current(), at: Date())
        let command = OneOffCommand(
            id: UUID(), environment: environment, release: release, slot: SlotName(number: 1), words: ["true"],
            requestedBy: "test", process: .current(), createdAt: Date())
        fixture.running.add(command)
        var parameters = [
            "environment": environment.rawValue, "deployment": "1", "command": command.id.uuidString,
            "release": "9.9.9", "entry": "999999", "secret": "NOTHING", "account": "nobody-here",
            "proposal": UUID().uuidString,
            "token": String(repeating: "0", count: 24), "peer": "nothing",
        ]
        parameters["request"] = try await Self.request(environment, release, fixture).uuidString
        parameters["freeze"] = try await fixture.freezes.begin(
            Freeze(
                id: UUID(), environment: environment, from: Date().addingTimeInterval(3_600),
                until: Date().addingTimeInterval(7_200), reason: "to test it", by: "test", at: Date()), at: Date()
        ).id.uuidString
        if environment == .production { parameters["use"] = try await Self.use(fixture).uuidString }
        self.parameters = parameters
    }

    /// Break-glass is for protected environments only.
    func hasSuchThing(_ route: Route) -> Bool { parameters["use"] != nil || !route.path.contains("{use}") }

    private static func request(
        _ environment: EnvironmentName, _ release: ReleaseReference, _ fixture: RouterFixture
    ) async throws -> UUID {
        let request = ChangeRequest(
            id: UUID(), environment: environment, change: .deploy(release, strategy: nil), digest: "d",
            requestedBy: try AccountName("dora"), authors: [], needs: [.releaseManager], reason: nil, createdAt: Date())
        return try await fixture.requests.add(request).id
    }

    private static func use(_ fixture: RouterFixture) async throws -> UUID {
        let name = try AccountName("night")
        let account = Account(name: name, kind: .person, grants: [RoleGrant(.onCall)], createdAt: Date())
        _ = try await fixture.desks.records.changeAccount(name) { _ in account }
        let request = BreakGlass.Request(
            environment: AccessedEnvironment(.production, isProtected: true), reason: "nothing works any more",
            incident: "INC-1")
        return try await fixture.desks.breakGlass.start(
            request, by: Subject(account, credential: .session, authenticatedAt: Date()), at: Date()
        ).id
    }

    /// What a route answers to an empty message, which changes nothing.
    func ask(
        _ route: Route, showing token: String?, _ client: any TestClientProtocol
    ) async throws -> (status: Int, code: String?) {
        let method = try #require(HTTPRequest.Method(rawValue: route.method.rawValue))
        let headers: HTTPFields = token.map { [.authorization: "Bearer \($0)"] } ?? [:]
        let body = route.method == .get ? nil : ByteBuffer(string: "[]")
        let answer = try await client.execute(
            uri: route.path(parameters), method: method, headers: headers, body: body)
        let problem = try? WireFormat.decoder.decode(Problem.self, from: Data(answer.body.readableBytesView))
        return (answer.status.code, problem?.code)
    }
}
