import Foundation
import Testing

@testable import Traffic

/// Users of the proxy, some of whom stay for long.
extension ProxyFixture {
    func curl(_ arguments: [String]) async throws -> String {
        let port = await proxy.httpPort ?? 0
        return try await output(
            of: "curl", ["-s", "-i", "--max-time", "20"] + arguments + ["http://127.0.0.1:\(port)/"])
    }

    /// The slot that each of some clients is sent to, known by their cookies; over one kept connection.
    func slots(ofUnits units: Range<Int>) async throws -> [String] {
        let port = await proxy.httpPort ?? 0
        let requests = units.flatMap { unit in
            (unit == units.lowerBound ? [] : ["--next"]) + [
                "-s", "-o", "/dev/null", "-w", "%header{x-switchyard-slot}\n", "-b", "switchyard_unit=unit-\(unit)",
                "http://127.0.0.1:\(port)/",
            ]
        }
        return try await output(of: "curl", requests).split(separator: "\n").map(String.init)
    }

    /// A client that reads an event stream until somebody ends it.
    func openEventStream(_ arguments: String...) async throws -> TestProcess {
        try TestProcess("/usr/bin/env", ["curl", "-sN"] + arguments + [try await url("/stream")])
    }

    /// A client that waits for an answer until `Backend.letGo()`.
    func openHeldRequest() async throws -> TestProcess {
        try TestProcess("/usr/bin/env", ["curl", "-s", "--fail", "--max-time", "60", try await url("/held")])
    }

    /// A client that talks over a websocket until somebody closes it.
    func openWebsocket() async throws -> TestProcess {
        let script = """
            import socket
            connection = socket.create_connection(('127.0.0.1', \(try #require(await proxy.httpPort))))
            connection.sendall(b'GET /socket HTTP/1.1\\r\\nhost: a\\r\\nconnection: upgrade\\r\\nupgrade: websocket\\r\\n'
                b'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\\r\\nsec-websocket-version: 13\\r\\n\\r\\n')
            assert b' 101 ' in connection.recv(4096)
            while connection.send(b'?') and connection.recv(1): pass
            """
        return try TestProcess("/usr/bin/env", ["python3", "-c", script])
    }

    private func url(_ path: String) async throws -> String {
        "http://127.0.0.1:\(try #require(await proxy.httpPort))\(path)"
    }
}
