import API
import Domain
import Foundation

/// One full value of each message, from which the OpenAPI document takes its schemas.
enum APIExamples {
    static let problem = Problem(
        code: "lease_held", title: "Being changed", status: 409,
        detail: "production is being changed by dora (deployment 7) since 12 s."
    )

    static func status(of route: Route) -> String {
        switch route {
        case .deploy, .rollBack, .promote, .contract, .applyConfiguration: "202"
        case .addRelease, .prepareCommand, .beginFreeze: "201"
        default: accessStatus(of: route) ?? "200"
        }
    }

    /// The media type of what is answered.
    static func type(of route: Route) -> String {
        route == .followLogs ? "application/x-ndjson" : "application/json"
    }

    /// What is sent; nil for a route without a body.
    static func message(for route: Route) -> Any? {
        switch route {
        case .plan, .deploy:
            DeployRequest(release: "1.1.0", planDigest: "", requestedBy: "", strategy: .progressive)
        case .promote: PromoteRequest(reason: "", requestedBy: "")
        case .rollBack: RollBackRequest(reason: "", requestedBy: "", release: "", planDigest: "")
        case .contract: ContractRequest(planDigest: "", requestedBy: "")
        case .setMaintenance: MaintenanceRequest(isOn: true, requestedBy: "")
        case .prepareCommand:
            RunRequest(words: [""], release: "1.1.0", requestedBy: "", process: command.process)
        case .endCommand: CommandEnd(exitCode: 0, reason: "")
        case .compareConfiguration, .applyConfiguration: ConfigurationRequest(text: "", file: "", requestedBy: "")
        case .exportAudit: AuditExportRequest(requestedBy: "")
        case .erasePerson: ErasureRequest(subject: "", requestedBy: "")
        default: variablesMessage(for: route) ?? environmentsMessage(for: route) ?? accessMessage(for: route)
        }
    }

    /// What is answered.
    static func answer(to route: Route) -> Any {
        switch route {
        case .status:
            StatusReport(
                version: "", application: reference.name, traffic: [""], environments: [environment], problems: [""],
                record: RecordReport(
                    entries: 1, first: 0, root: "",
                    witness: WitnessReport(name: "", url: "", entries: 1, at: .distantPast))
            )
        case .environments: [environment.name]
        case .environment, .setMaintenance: environment
        case .plan, .planContraction: PlanReport(digest: "", plan: plan)
        case .deploy, .rollBack, .promote, .contract: summary
        case .verdict: verdict
        case .verdictTicks:
            TicksReport(
                increase: 0.05, factor: 1, prior: 0.01, alpha: 0.008,
                ticks: [.init(greenBad: 0, greenOk: 1, blueBad: 0, blueOk: 1, share: 0.5)])
        case .logs: LogReport(lines: [line])
        case .followLogs: line
        case .deployments: [summary]
        case .maintenance: [maintenance]
        case .prepareCommand:
            PreparedCommand(
                command: command, program: "", folder: "", start: "", userID: 0, groupID: 0, stopSeconds: 30)
        case .endCommand: command
        case .commands: [command]
        case .deployment: report
        case .releases: [release]
        case .release, .removeRelease: release
        case .addRelease: AddedRelease(release: release, outcome: .added)
        case .configuration, .compareConfiguration, .applyConfiguration: configuration
        case .auditEntries: [auditEntry]
        case .auditEntry: auditEntry
        case .exportAudit: AuditCheckpoint(text: "")
        case .dataAccesses: [auditEntry]
        case .erasePerson: ErasureReport(checkpoint: "", isWaiting: true)
        case .openAPI: [String: String]()
        default: variablesAnswer(to: route) ?? environmentsAnswer(to: route) ?? accessAnswer(to: route)
        }
    }

    private static let slot = SlotName(number: 1)
    private static let line = LogReport.Line(slot: slot, release: "", process: "", text: "")
    private static let digest = ArtifactDigest(unchecked: String(repeating: "0", count: 64))
    static let reference = ReleaseReference(
        name: ApplicationName(unchecked: "freightops"), version: ReleaseVersion(unchecked: "1.1.0"), digest: digest
    )

    private static var release: Release {
        let manifest = ReleaseManifest(
            name: reference.name, version: reference.version, commit: "", tag: "", authors: [""],
            build: BuildDefinition(command: [""], folder: ""),
            processes: [ProcessName(unchecked: "web"): ProcessDefinition(kind: .web, command: [""], memoryLimit: 0)],
            health: HealthDefinition(databasePath: ""), probes: [ProbeDefinition(name: "", path: "", contains: "")],
            environment: ["": ""], secrets: [VariableName(unchecked: "NAME"): .file], migrations: "", statements: "",
            assets: "", shared: [""]
        )
        return Release(manifest: manifest, digest: digest, size: 0, createdAt: .distantPast)
    }

    private static var deployment: Deployment {
        Deployment(
            id: DeploymentID(7), environment: EnvironmentName(unchecked: "production"), kind: .deploy,
            release: reference, previous: reference, requestedBy: "", reason: "", createdAt: .distantPast
        )
    }

    private static var summary: DeploymentSummary {
        var summary = DeploymentSummary(deployment)
        summary.step = .warm
        summary.outcome = .committed
        return summary
    }

    private static var report: DeploymentReport {
        let entry = JournalEntry(
            deployment: deployment.id, sequence: 1, at: .distantPast,
            record: .event(.completed(.switchTraffic, StepReport("", milliseconds: 1)))
        )
        var report = DeploymentReport(deployment, journal: [entry])
        report.deployment = summary
        report.endedAt = .distantPast
        return report
    }

    private static var verdict: VerdictReport {
        let side = VerdictReport.Side(
            slot: slot, release: reference, requests: 1, errors: 0, units: 1, badUnits: 0, p50: 1, p95: 1)
        return VerdictReport(
            deployment: deployment.id, stage: .canary, share: 500, seconds: 1, conduct: .act, finding: .inconclusive,
            green: side, blue: side,
            streams: [VerdictReport.Stream(name: "errors", green: 0, blue: 0, logHarm: 0, logHealth: 0)], logHarm: 0,
            harmThreshold: 1, logHealth: 0, healthThreshold: 1, lowestDifference: -1, highestDifference: 1,
            unitsNeeded: 1, usersWithErrors: 0, gap: "", waitsForDecision: true, sentences: [""])
    }

    private static var auditEntry: AuditEntryReport {
        AuditEntryReport(
            number: 1, at: .distantPast, phase: "result", intent: 0, actor: "", authentication: "", address: "",
            action: "deployment.open", target: "", environment: "", outcome: "succeeded", reason: "", plan: "",
            trace: "",
            flags: [""], details: ["": ""], payloadDigest: "")
    }

    private static var maintenance: MaintenanceChange {
        MaintenanceChange(
            id: UUID(), environment: deployment.environment, isOn: true, requestedBy: "", createdAt: .distantPast
        ).ended(.done, at: .distantPast, because: "")
    }

    private static var command: OneOffCommand {
        OneOffCommand(
            id: UUID(), environment: deployment.environment, release: reference, slot: slot, words: [""],
            requestedBy: "", process: ProcessIdentity(pid: 1, startTicks: 1, bootID: ""), createdAt: .distantPast
        ).ended(0, at: .distantPast, because: "")
    }

    private static var configuration: ConfigurationReport {
        let difference = ConfigurationDifference(key: "", old: "", new: "", takesEffect: "")
        var change = ConfigurationChange(
            number: 1, requestedBy: "", createdAt: .distantPast, differences: [difference])
        change.outcome = .applied
        change.reason = ""
        return ConfigurationReport(file: "", differences: [difference], lastChange: change, warnings: [""])
    }

    private static var plan: Plan {
        Plan(
            environment: deployment.environment, release: reference, replaces: reference, slot: slot,
            steps: [PlannedStep(step: .admit, sentence: "")], migrations: [""], needs: [""], waysBack: [reference],
            warnings: [""]
        )
    }

    private static var environment: EnvironmentReport {
        let occupant = Occupant(
            release: reference, deployment: deployment.id, ports: [1], replacedAt: .distantPast
        )
        let process = ProcessStatus(name: "", isRunning: true, pid: 1, exits: 0, lastExit: "", warning: "")
        return EnvironmentReport(
            name: deployment.environment, domains: [""], maintenance: false, serving: reference,
            split: Split(stable: slot, candidate: slot),
            slots: [
                SlotReport(
                    slot: Slot(name: slot, role: .stable, occupant: occupant), processes: [process], inFlight: 0
                )
            ],
            current: summary, waysBack: [reference], backfill: "", verdict: verdict, question: ""
        )
    }
}
