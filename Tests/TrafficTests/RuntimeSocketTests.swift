import Testing

@testable import Traffic

/// The master socket of a real HAProxy, within its bounds.
@Suite(.timeLimit(.minutes(2))) struct RuntimeSocketTests {
    @Test func `a reply is read up to its limit and refused beyond it`() async throws {
        try await ProxyFixture.with { fixture in
            _ = try await fixture.proxy.configure(tables: [])
            let running = try await fixture.start()
            defer { running.kill() }
            let path = fixture.folder.masterSocket
            let worker = try #require(try await fixture.proxy.processes().workers.first).process
            let command = "@!\(worker) show stat"
            let reply = try await RuntimeSocket(path: path).exchange(command)
            #expect(RuntimeReply.statistics(reply).contains { $0.proxy == "production-s1-read" })
            await #expect(throws: TrafficError.replyTooLarge(command: command, limit: 1_024)) {
                try await RuntimeSocket(path: path, replyLimit: 1_024).exchange(command)
            }
        }
    }

    @Test func `a fault of an exchange never tells what was sent as a payload`() async throws {
        try await ProxyFixture.with { fixture in
            _ = try await fixture.proxy.configure(tables: [])
            let running = try await fixture.start()
            defer { running.kill() }
            let worker = try #require(try await fixture.proxy.processes().workers.first).process
            let socket = RuntimeSocket(path: fixture.folder.masterSocket, replyLimit: 0)
            let error = try await #require(throws: TrafficError.self) {
                _ = try await socket.exchange("@!\(worker) set ssl cert name <<\nthe key\n")
            }
            #expect(error == .replyTooLarge(command: "@!\(worker) set ssl cert name ", limit: 0))
        }
    }

    @Test func `nobody who listens is told from a fault`() async throws {
        try await ProxyFixture.with { fixture in
            let path = fixture.folder.masterSocket
            await #expect(throws: TrafficError.notRunning(socket: path)) {
                try await RuntimeSocket(path: path).exchange("show proc")
            }
        }
    }
}
