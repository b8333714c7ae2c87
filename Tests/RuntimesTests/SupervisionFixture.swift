import Foundation
import Glibc
import Runtimes
import Subprocess
import TestSupport
import Testing

/// A supervisor tree in a temporary folder; nothing of it is left after `use`.
struct SupervisionFixture: Sendable {
    let folder: String
    let tree: SupervisorTree

    static func use(_ body: (SupervisionFixture) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "switchyard-runtimes-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        chmod(folder, 0o755)
        let fixture = SupervisionFixture(folder: folder, tree: SupervisorTree(folder: folder + "/supervision"))
        var failure: (any Error)?
        do {
            try await fixture.tree.start()
            try await body(fixture)
        } catch {
            failure = error
        }
        try await fixture.tree.stop(deadline: .seconds(5))
        try FileManager.default.removeItem(atPath: folder)
        if let failure { throw failure }
    }

    /// A service that runs a shell text.
    func service(
        _ name: String = "web", shell: String = "exec sleep 1000", environment: [String: String] = [:],
        unixUser: String? = nil, openFiles: Int = 512, stopSeconds: Int = 5, logFolder: String? = nil,
        startsAtBoot: Bool = true
    ) throws -> Service {
        try Service(
            name: name, command: ["/bin/sh", "-c", shell], environment: environment, workingDirectory: folder,
            unixUser: unixUser, openFiles: openFiles, stopSeconds: stopSeconds,
            logFolder: logFolder ?? "\(folder)/logs-\(name)", startsAtBoot: startsAtBoot)
    }

    /// Installs and waits until the process runs.
    @discardableResult
    func run(_ service: Service) async throws -> Int32 {
        try await tree.install(service)
        return try await runningPid(service.name)
    }

    /// The pid of a running process that is not `old`.
    func runningPid(_ name: String, not old: Int32? = nil) async throws -> Int32 {
        try await eventually("\(name) runs") {
            let pid = try await tree.status(name).pid
            return pid == old ? nil : pid
        }
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func text(_ name: String) -> String? {
        guard let text = try? String(contentsOfFile: path(name), encoding: .utf8), text.hasSuffix("\n") else {
            return nil
        }
        return text.trimmingCharacters(in: .newlines)
    }
}

/// Polls until `value` gives something; fails after a minute.
func eventually<Value>(_ what: String, _ value: () async throws -> Value?) async throws -> Value {
    var found: Value?
    try await eventually(within: .seconds(60), what) {
        found = try await value()
        return found != nil
    }
    return try #require(found)
}

func isAlive(_ pid: Int32) -> Bool { ProcessEntry(pid: pid).map { $0.state != "Z" } ?? false }
