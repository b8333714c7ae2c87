import Access
import Approvals
import Domain
import Logging
import Store

/// What lets people in, put together.
struct AccessParts: Sendable {
    let desks: AccessDesks
    let gatekeeper: Gatekeeper
    let notice: BreakGlassNotice
    /// Changes of protected environments that wait for others.
    let requests: RequestDesk
    let freezes: FreezeDesk
    let proxies: TrustedProxies

    /// Throws what is wrong with the settings.
    init(
        _ settings: AccessSettings, proxies: [String], environments: [EnvironmentDefinition], token: String,
        database: StateDatabase, folder: StateFolder, trail: AuditTrail, logger: Logger
    ) throws {
        desks = try AccessDesks(settings, records: AccessStore(database: database), failures: FailureCounter())
        gatekeeper = Gatekeeper(
            desks: desks, environments: environments, machineToken: MachineToken(token),
            admins: AdminCount(path: folder.admins, logger: logger), refusals: RefusalNotes(trail: trail),
            log: OwnLog(of: folder))
        notice = BreakGlassNotice(
            command: settings.breakGlassNotice, desk: desks.breakGlass, path: folder.notices, trail: trail,
            logger: logger)
        freezes = FreezeDesk(records: FreezeStore(database: database))
        self.proxies = try TrustedProxies(proxies)
        requests = RequestDesk(records: RequestStore(database: database), accounts: desks.records)
    }

    /// The controllers of all that is about people.
    func controllers(trail: AuditTrail) -> AccessControllers {
        AccessControllers(
            accounts: AccountsController(desks: desks), tokens: TokensController(desks: desks, gatekeeper: gatekeeper),
            signIn: SignInController(desks: desks), peers: PeersController(desks: desks),
            breakGlass: BreakGlassController(desks: desks, gatekeeper: gatekeeper, notice: notice),
            console: ConsoleController(desks: desks, refusals: gatekeeper.refusals, trail: trail))
    }
}

/// One controller per noun that is about people.
struct AccessControllers: Sendable {
    let accounts: AccountsController
    let tokens: TokensController
    let signIn: SignInController
    let peers: PeersController
    let breakGlass: BreakGlassController
    let console: ConsoleController

    func addRoutes(to router: APIRouter) {
        accounts.addRoutes(to: router)
        tokens.addRoutes(to: router)
        signIn.addRoutes(to: router)
        peers.addRoutes(to: router)
        breakGlass.addRoutes(to: router)
    }
}
