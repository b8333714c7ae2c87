import Foundation
import HummingbirdTesting
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// The real binary, running.
struct FreightProgram: Sendable {
    let log: String
    private let send: @Sendable (Subprocess.Signal) throws -> Void

    /// Runs a command of the binary while the body lasts; a body that fails kills it. Returns how it ended.
    @discardableResult
    static func with(
        _ command: String, _ environment: [String: String],
        _ body: @Sendable @escaping (FreightProgram) async throws -> Void
    ) async throws -> TerminationStatus {
        try await withTemporaryFolder { folder in
            let log = folder + "/log"
            let output = try FileDescriptor.open(
                FilePath(log), .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
            let variables = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
            return try await run(
                .path(FilePath(path)), arguments: [command],
                environment: .custom(Dictionary(uniqueKeysWithValues: variables)), input: .none,
                output: .fileDescriptor(output, closeAfterSpawningProcess: true),
                error: .combinedWithOutput
            ) { execution in
                let program = FreightProgram(log: log) { try execution.send(signal: $0) }
                do {
                    try await body(program)
                } catch {
                    try? program.kill()
                    throw error
                }
            }.terminationStatus
        }
    }

    func terminate() throws { try send(.terminate) }
    func kill() throws { try send(.kill) }

    /// A client of the web process, once it listens.
    func client() async throws -> TestClient {
        try await eventually("a listening web process") { try listeningPort() != nil }
        let port = try #require(try listeningPort())
        let client = TestClient(host: "127.0.0.1", port: port)
        client.connect()
        return client
    }

    private func listeningPort() throws -> Int? {
        let text = try String(contentsOfFile: log, encoding: .utf8)
        return text.firstMatch(of: /listening on 127\.0\.0\.1:(\d+)/).flatMap { Int($0.1) }
    }

    /// Beside the test bundle, where the same build put it.
    private static let path = Bundle.main.bundleURL.appending(path: "freightops").path
}
