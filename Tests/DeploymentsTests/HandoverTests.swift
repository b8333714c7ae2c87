import Domain
import TestSupport
import Testing

@testable import Deployments

/// What is left when records cannot be written or a process ends, and how the next one goes on from there.
@Suite(.timeLimit(.minutes(2)))
struct HandoverTests {
    /// Write 1 opens the deployment; the rest are the entries of its journal and the release of its lease.
    @Test(arguments: 1...21)
    func `records that fail from any write on leave entirely the old release or entirely the new one`(
        write: Int
    ) async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            try await fixture.running {
                #expect(try await fixture.deployToTheEnd("1").outcome == .committed)
                fixture.records.refuseWrites(after: write - 1)
                guard let id = try? await fixture.deploy("2") else {
                    #expect(write == 1)
                    #expect(await fixture.servingVersion() == "1")
                    return
                }
                let ended = try await fixture.end(of: id)
                fixture.records.refuseWrites(after: .max)
                let serving = await fixture.servingVersion()
                #expect(serving == (ended.outcome == .committed ? "2" : "1"))
                #expect(await fixture.deployer.table.candidate == nil)
                try await eventually("the spool folded") { await fixture.journal.spool.content.isEmpty }
                #expect(try await fixture.journal.deployment(id) == ended)
                #expect(try await fixture.deployToTheEnd("3").outcome == .committed)
            }
        }
    }

    @Test(arguments: ["verify", "prepare", "healthyServers", "start worker", "inFlight"])
    func `a process that is told to end hands the step over to the next one`(call: String) async throws {
        try await withTemporaryFolder { folder in
            let first = try DeployerFixture(folder: folder)
            let id = try await first.running {
                #expect(try await first.deployToTheEnd("1").outcome == .committed)
                first.world.hold(call)
                let id = try await first.deploy("2")
                try await eventually("'\(call)'") { first.world.isHolding }
                return id
            }
            let left = await first.journal.entries(of: id).map(\.record.boundary)
            #expect(left.last?.hasPrefix("intent:") == true)
            let second = try DeployerFixture(folder: folder, world: first.world)
            try await second.running {
                try await eventually("the recovery's end") { await second.deployer.isRecovered }
                #expect(try await second.end(of: id).outcome == .committed)
                #expect(await second.servingVersion() == "2")
            }
            #expect(await second.journal.entries(of: id).map(\.record.boundary).contains("resumed"))
        }
    }

    @Test func `nothing is deployed before the records were read, and what was left is taken up then`() async throws {
        try await withTemporaryFolder { folder in
            let first = try DeployerFixture(folder: folder)
            let id = try await first.running {
                first.world.hold("prepare")
                let id = try await first.deploy("1")
                try await eventually("'prepare'") { first.world.isHolding }
                return id
            }
            let second = try DeployerFixture(folder: folder, world: first.world)
            second.records.refuseWrites(after: 0)
            try await second.running {
                await #expect(throws: DeploymentsError.notReady("DiskFull()")) {
                    try await second.deployer.deploy(second.release("2"), by: "dora", planDigest: nil)
                }
                #expect(await second.deployer.recoveryFault == "DiskFull()")
                second.records.refuseWrites(after: .max)
                try await eventually("the recovery's end") { await second.deployer.isRecovered }
                #expect(await second.deployer.recoveryFault == nil)
                #expect(try await second.end(of: id).outcome == .committed)
            }
        }
    }
}
