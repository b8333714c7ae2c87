import Domain
import DurableFiles
import Foundation
import Glibc
import TestSupport
import Testing
import Traffic

@testable import Telemetry

/// A real HAProxy with two applications behind it, whose request log is read.
struct LoggedProxy {
    static let production = FedBook.production
    static let stable = FedBook.slots.0
    static let candidate = FedBook.slots.1

    let folder: HAProxyFolder
    let proxy: HAProxy
    let log: RequestLog
    let holder: RunningHolder
    let blue: TestApplication
    let green: TestApplication
    private let edited: @Sendable (String) -> String

    /// `editing` may change the configuration that Switchyard wrote, for faults that come sooner.
    static func with(
        https: Bool = false, editing: @escaping @Sendable (String) -> String = { $0 },
        _ body: (LoggedProxy) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { temporary in
            let folder = try HAProxyFolder("\(temporary)/haproxy")
            let definition = EnvironmentDefinition(
                name: production, domains: ["production.localhost"], policy: DeploymentPolicy(maxInstances: 1))
            let proxy = try await HAProxy(
                folder: folder, settings: TrafficSettings(https: https ? "127.0.0.1:0" : nil, maxConnections: 500),
                environments: [definition])
            let (blue, green) = (try await TestApplication("blue"), try await TestApplication("green"))
            try FileManager.default.createDirectory(
                atPath: (folder.telemetrySocket as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
            let holder = try holder(of: folder)
            defer { holder.end() }
            try await body(
                LoggedProxy(
                    folder: folder, proxy: proxy, log: RequestLog(environments: [definition]), holder: holder,
                    blue: blue, green: green, edited: editing))
        }
    }

    func startProxy(share: Int = 0) async throws -> RunningProgram {
        _ = try await proxy.configure(tables: [table(share: share)])
        let written = try String(contentsOfFile: folder.configuration, encoding: .utf8)
        try edited(written).write(toFile: folder.configuration, atomically: true, encoding: .utf8)
        let command = proxy.serviceCommand
        let process = try RunningProgram(command[0], Array(command.dropFirst()))
        try await proxy.waitUntilReady(deadline: .seconds(20))
        try await eventually("a healthy candidate") {
            try await proxy.healthyServers(Self.production, Self.candidate) == 1
        }
        return process
    }

    func startReader() async throws -> RunningReader { RunningReader(heldAt: folder.telemetryDesk, log: log) }

    /// A holder of the log's socket.
    static func holder(of folder: HAProxyFolder) throws -> RunningHolder {
        try RunningHolder(
            socket: folder.telemetrySocket, account: HAProxy.workerAccount, desk: folder.telemetryDesk)
    }

    /// Both of them, connected.
    func start(share: Int = 0) async throws -> Running {
        let running = Running(proxy: try await startProxy(share: share), reader: try await startReader())
        try await eventually("a connection") { log.connections == 1 }
        return running
    }

    /// A proxy and a reader of its log.
    struct Running {
        let proxy: RunningProgram
        let reader: RunningReader

        func end() {
            proxy.kill()
            reader.cancel()
        }
    }

    func table(share: Int, salt: String = "2.0") throws -> SlotTable {
        var table = SlotTable(environment: Self.production, slotCount: 4)
        for (number, application) in [(1, blue), (2, green)] {
            let reference = ReleaseReference(
                name: try ApplicationName("app"), version: try ReleaseVersion("1.\(number).0"),
                digest: try ArtifactDigest(String(repeating: String(number), count: 64)))
            let slot = try table.claim(for: reference, deployment: DeploymentID(number))
            try table.assign(ports: [application.port], to: slot)
            if number == 1 { try table.commit(at: Date(timeIntervalSince1970: 0)) }
        }
        try table.share(share, salt: salt)
        return table
    }

    func begin() {
        log.begin(
            Drawing(environment: Self.production, stable: Self.stable, candidate: Self.candidate, salts: "2."))
    }

    /// Requests that the workers of now sent to both slots, as HAProxy's statistics have it.
    func requests() async throws -> Int {
        try await proxy.answers(Self.production, Self.stable).requests
            + proxy.answers(Self.production, Self.candidate).requests
    }

    /// Asks with curl; answers what it wrote.
    @discardableResult
    func ask(_ path: String = "/", _ arguments: String..., unit: Int = 1) async throws -> String {
        try await output(
            of: "curl",
            ["-s", "--max-time", "20", "-b", "switchyard_unit=unit-\(unit)"] + arguments + [url(path)])
    }

    /// Asks once for each client over one kept connection; answers the slots.
    func ask(units: Range<Int>, path: String = "/", _ arguments: String...) async throws -> [String] {
        let address = try await url(path)
        let requests = units.flatMap { unit in
            (unit == units.lowerBound ? [] : ["--next"])
                + ["-s", "-o", "/dev/null", "-w", "%header{x-switchyard-slot}\n", "-b", "switchyard_unit=unit-\(unit)"]
                + arguments + [address]
        }
        return try await output(of: "curl", requests).split(separator: "\n").map(String.init)
    }

    func url(_ path: String, scheme: String = "http") async throws -> String {
        let base = try #require(await proxy.urls.first { $0.hasPrefix("\(scheme):") })
        return base + path
    }
}

/// A child of the test, ended with it.
final class RunningProgram: Sendable {
    private let process = Process()

    init(_ path: String, _ arguments: [String], output: Pipe? = nil) throws {
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output ?? FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit { kill() }

    var isRunning: Bool { process.isRunning }

    func kill() {
        guard process.isRunning else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}

/// Runs a program to its end and answers its standard output.
func output(of program: String, _ arguments: [String]) async throws -> String {
    let output = Pipe()
    let running = try RunningProgram("/usr/bin/env", [program] + arguments, output: output)
    return try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
            let data = output.fileHandleForReading.readDataToEndOfFile()
            running.waitUntilExit()
            continuation.resume(returning: String(decoding: data, as: UTF8.self))
        }
    }
}

extension RunningProgram {
    func waitUntilExit() { process.waitUntilExit() }
}
