import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Subprocess
import TestSupport
import Testing

@testable import FreightOps

@Suite(.timeLimit(.minutes(2)))
struct ProcessTests {
    @Test func `a request in flight is finished after SIGTERM`() async throws {
        try await FreightFixture.with(schema: "1.1.0") { freight in
            let end = try await FreightProgram.with("serve", freight.environment("1.1.0", ["PORT": "0"])) { program in
                let client = try await program.client()
                let idle = try await program.client()
                #expect(try await idle.get("/health").status == .ok)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        let answer = try await client.get("/api/slow?milliseconds=1500")
                        #expect(answer.status == .ok)
                    }
                    try await eventually("a slow request in flight") {
                        try await idle.text("/metrics").contains(
                            #"http_server_active_requests{http_request_method="GET"} 2"#)
                    }
                    try program.terminate()
                    try await group.waitForAll()
                }
            }
            #expect(end == .exited(0))
        }
    }

    @Test func `an event stream ends at SIGTERM`() async throws {
        let environment = [
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "RELEASE_VERSION": "1.1.0", "PORT": "0",
        ]
        let end = try await FreightProgram.with("serve", environment) { program in
            let reader = try await program.client()
            let other = try await program.client()
            async let stream = reader.get("/api/events")
            try await eventually("an open stream") {
                try await other.text("/metrics").contains("freightops_event_streams 1\n")
            }
            try program.terminate()
            #expect(try await String(buffer: stream.body ?? ByteBuffer()) == ": alive\n\n")
        }
        #expect(end == .exited(0))
    }

    @Test(arguments: [
        ("serve", ["PORT": "http"], 78), ("serve", ["PORT": ""], 78), ("worker", ["RELEASE_VERSION": ""], 78),
        ("seed", ["DATABASE_URL": "mysql://x"], 78), ("serve", ["PORT": "0", "CHAOS_EXIT_AT_START": "0"], 0),
        ("serve", ["PORT": "0", "CHAOS_EXIT_AT_START": "3"], 3), ("worker", ["CHAOS_EXIT_AT_START": "3"], 3),
    ])
    func `a process that cannot start ends with its status`(
        command: String, environment: [String: String], status: Int32
    ) async throws {
        let base = ["DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "RELEASE_VERSION": "1.2.0"]
        let end = try await FreightProgram.with(command, base.merging(environment) { $1 }) { _ in }
        #expect(end == .exited(status))
    }

    @Test func `a process ends after the requests that a switch grants`() async throws {
        let environment = [
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "RELEASE_VERSION": "1.2.0", "PORT": "0",
            "CHAOS_EXIT_AFTER_REQUESTS": "2",
        ]
        let end = try await FreightProgram.with("serve", environment) { program in
            let client = try await program.client()
            #expect(try await client.get("/health").status == .ok)
            #expect(try await client.get("/health").status == .ok)
            _ = try? await client.get("/health")
        }
        #expect(end == .exited(70))
    }

    @Test func `a process crashes when a switch says so`() async throws {
        let environment = [
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "RELEASE_VERSION": "1.2.0", "PORT": "0",
            "CHAOS_CRASH_AFTER_SECONDS": "0",
        ]
        #expect(try await FreightProgram.with("serve", environment) { _ in } == .signaled(6))
    }
}

extension TestClient {
    fileprivate func get(_ path: String) async throws -> TestClient.Response {
        try await execute(TestClient.Request(path, method: .get))
    }

    fileprivate func text(_ path: String) async throws -> String {
        try await String(buffer: get(path).body ?? ByteBuffer())
    }
}
