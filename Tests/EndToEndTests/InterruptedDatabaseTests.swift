import API
import Domain
import Glibc
import LoadTesting
import Postgres
import TestSupport
import Testing

/// The control plane, or everything, killed while `pg_dump` or a migration is at work on the embedded PostgreSQL.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct InterruptedDatabaseTests {
    /// The work that is cut off, held still by the test until it has been.
    private enum Work: String, CaseIterable {
        /// Waits for the lock that the test has on a table.
        case dump = "pg_dump"
        /// Sleeps for as long as the table `gate` is empty.
        case migration = "switchyard expand"
    }

    private static let first = ["20250101000000_gate": "CREATE TABLE gate (release text); CREATE TABLE ledger (n int);"]
    /// Adds a row to the ledger, so that one that was applied twice or by half is seen.
    private static let slow = """
        INSERT INTO ledger SELECT count(*) + 1 FROM ledger;
        SELECT pg_sleep(3600) WHERE NOT EXISTS (SELECT FROM gate);
        """

    @Test(arguments: [Interruption.kill, .powerLoss])
    func `a backup and a migration cut off in the middle are done whole after the restart`(
        by interruption: Interruption
    ) async throws {
        // On a clone its migration would sleep for ever: nobody opens the gate there.
        let environment = FixtureEnvironment(database: "embedded", policy: ["rehearsal": "off"])
        try await SwitchyardFixture.use([environment]) { switchyard in
            var migrations = Self.first
            try await switchyard.add(ExampleRelease("1.0.0", migrations: migrations))
            let before = try await switchyard.deploy("1.0.0")
            try #require(before.deployment.outcome == .committed, "\(before.deployment)")
            for (index, work) in Work.allCases.enumerated() {
                let next = "1.\(index + 1).0"
                migrations["2025020\(index + 1)000000_slow"] = Self.slow
                try await switchyard.add(ExampleRelease(next, migrations: migrations))
                switch interruption {
                case .powerLoss:
                    try await cutOff(work, by: .powerLoss, deploying: next, in: switchyard)
                case .kill, .terminate:
                    let load = try await switchyard.underLoad { _ in
                        try await cutOff(work, by: interruption, deploying: next, in: switchyard)
                    }
                    #expect(load.failed == 0, "\(load.failureSamples)")
                }
            }
            try await expectWhole(migrations: migrations.count, in: switchyard)
        }
    }

    /// Deploys a release, cuts it off in the middle of the work, and expects that the restart brings it to its end.
    private func cutOff(
        _ work: Work, by interruption: Interruption, deploying version: String, in switchyard: SwitchyardFixture
    ) async throws {
        let backups = switchyard.backupFolder()
        let address = try await switchyard.database()
        let holder = try await PostgresConnection.connect(to: address, applicationName: "test")
        try await holder.execute(work == .dump ? "INSERT INTO gate VALUES ('open')" : "DELETE FROM gate")
        if work == .dump { try await holder.executeScript("BEGIN; LOCK TABLE gate") }
        let request = DeployRequest(release: version, requestedBy: "test")
        let deployment = try await switchyard.client.deploy(request, to: .production)
        try await waitUntilIdle(work, sessions: 1, in: address)

        switchyard.kill(SIGKILL)
        try await switchyard.waitForControlPlaneToEnd()
        let newest = switchyard.backupFolder().filter { !backups.contains($0) }
        #expect(newest.count == 1)
        #expect(
            newest.allSatisfy { $0.hasPrefix(".unfinished-") == (work == .dump) },
            "half a dump has no name of a backup, a whole one has: \(newest)")
        if work == .migration { try await holder.execute("INSERT INTO gate VALUES ('open')") }
        if interruption == .powerLoss { try await switchyard.losePower() }
        try await switchyard.start()
        // The dump that lost its control plane still waits for the lock, and must not spoil the next one.
        if interruption != .powerLoss, work == .dump { try await waitUntilIdle(work, sessions: 2, in: address) }
        await holder.close()

        let report = try await switchyard.waitForEnd(of: deployment.id)
        #expect(report.deployment.outcome == .committed, "\(report.deployment)")
        let reasons = report.journal.filter { $0.boundary == "resumed" }.map { $0.text ?? "" }
        let step: Step = work == .dump ? .backUp : .expand
        #expect(reasons.count == 1 && reasons[0].contains("ended during '\(step.title)'"), "\(reasons)")
        let versions = try await switchyard.servingVersions()
        #expect(versions == [version])
        #expect(switchyard.backupFolder().count == backups.count + 1)
    }

    /// Waits until so many sessions of the work stand still where the test holds them.
    private func waitUntilIdle(_ work: Work, sessions: Int, in address: PostgresAddress) async throws {
        let event = work == .dump ? "relation" : "PgSleep"
        try await eventually(within: .seconds(30), "\(sessions) of \(work.rawValue) at \(event)") {
            try await PostgresConnection.using(address, applicationName: "test") { connection in
                let rows = try await connection.query(
                    """
                    SELECT count(*) AS waiting FROM pg_stat_activity
                    WHERE application_name = \(work.rawValue) AND wait_event = \(event)
                    """)
                return try rows[0].decode("waiting", as: Int.self) == sessions
            }
        }
    }

    /// One readable backup before each release and nothing half beside them; each migration once.
    private func expectWhole(migrations: Int, in switchyard: SwitchyardFixture) async throws {
        let backups = switchyard.backupFolder()
        #expect(backups.count == migrations && !backups.contains { $0.hasPrefix(".") }, "\(backups)")
        for backup in backups {
            let isReadable = try await switchyard.isReadable(backup: backup)
            #expect(isReadable, "\(backup)")
        }
        let address = try await switchyard.database()
        try await PostgresConnection.using(address, applicationName: "test") { connection in
            let ledger = try await connection.query("SELECT n FROM ledger ORDER BY n")
            let numbers = try ledger.map { try $0.decode("n", as: Int.self) }
            #expect(numbers == Array(1..<migrations))
            let history = try await connection.query("SELECT name FROM switchyard.migrations")
            #expect(history.count == migrations)
        }
    }
}
