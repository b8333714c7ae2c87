import Foundation
import Glibc
import Subprocess
import TestSupport

/// Pebble, the authority that Let's Encrypt makes for tests, with a name server of its own; both end with this value.
///
/// Its certificates last 20 days. Every name leads to 127.0.0.1, save those that `unreachable` says.
final class Pebble: Sendable {
    /// URL of its directory.
    let directory: String
    /// PEM file that its own address is trusted by.
    let roots: String
    private let processes: [Process]

    /// Starts both in a folder; the authority looks for its answers at `httpPort`.
    init(in folder: String, httpPort: Int, unreachable: [String] = []) async throws {
        let ports = try Self.freePorts(4)
        let (names, namesControl, authority, authorityControl) = (ports[0], ports[1], ports[2], ports[3])
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        roots = "\(folder)/authority.crt"
        directory = "https://localhost:\(authority)/dir"
        _ = try await output(
            of: "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", "\(folder)/authority.key",
                "-out",
                roots,
            ])
        let settings = """
            {"pebble": {"listenAddress": "127.0.0.1:\(authority)", "managementListenAddress": "127.0.0.1:\(authorityControl)",
             "certificate": "\(roots)", "privateKey": "\(folder)/authority.key", "httpPort": \(httpPort), "tlsPort": 1,
             "certificateValidityPeriod": \(20 * 86_400)}}
            """
        try settings.write(toFile: "\(folder)/pebble.json", atomically: true, encoding: .utf8)
        processes = [
            try Self.start(
                "pebble-challtestsrv",
                [
                    "-dns01", "127.0.0.1:\(names)", "-management", "127.0.0.1:\(namesControl)", "-http01", "",
                    "-https01",
                    "", "-tlsalpn01", "", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "",
                ], log: "\(folder)/names.log"),
            try Self.start(
                "pebble", ["-config", "\(folder)/pebble.json", "-dnsserver", "127.0.0.1:\(names)"],
                log: "\(folder)/pebble.log", variables: ["PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"]),
        ]
        let (directory, roots) = (directory, roots)
        try await eventually("an authority that answers") {
            try await output(of: "curl", ["-s", "--max-time", "5", "--cacert", roots, directory]).contains("newOrder")
        }
        for name in unreachable {
            // Nothing listens there.
            let body = #"{"host": "\#(name).", "addresses": ["127.0.0.2"]}"#
            _ = try await output(
                of: "curl", ["-sf", "--max-time", "5", "-d", body, "http://127.0.0.1:\(namesControl)/add-a"])
        }
    }

    deinit {
        for process in processes where process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Ports that are free again when this returns.
    private static func freePorts(_ count: Int) throws -> [Int] {
        let taken = try (0..<count).map { _ in try TakenPort() }
        return taken.map(\.port)
    }

    private static func start(
        _ program: String, _ arguments: [String], log: String, variables: [String: String] = [:]
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(variables) { _, ours in ours }
        process.standardInput = FileHandle.nullDevice
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let output = try FileHandle(forWritingTo: URL(filePath: log))
        process.standardOutput = output
        process.standardError = output
        try process.run()
        return process
    }
}

/// Runs a program to its end and answers its standard output; what it says of errors is dropped.
func output(of program: String, _ arguments: [String], input: String = "") async throws -> String {
    try await run(
        .name(program), arguments: Arguments(arguments), input: .string(input), output: .string(limit: 1_048_576),
        error: .discarded
    ).standardOutput
}
