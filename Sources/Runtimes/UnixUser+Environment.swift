package import Domain
package import DurableFiles
import Foundation
import Glibc
import Subprocess

extension UnixUser {
    /// The account that runs an environment's processes, made where it is missing; nil when we are not root.
    ///
    /// A system account without login and home, so that what runs in one environment cannot read another's keys.
    package static func ensure(environment: EnvironmentName) async throws -> UnixUser? {
        guard isRoot else { return nil }
        let name = name(for: environment)
        var refusal = ""
        for _ in 1...Limits.userAttempts {
            if let user = UnixUser(named: name) { return user }
            let result = try await run(
                .name("useradd"),
                arguments: [
                    "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
                    "--shell", "/usr/sbin/nologin", name,
                ],
                environment: .custom(["PATH": Runit.searchPath]),
                output: .discarded, error: .string(limit: Limits.programOutputBytes))
            if result.terminationStatus.isSuccess { continue }
            refusal = result.standardError
            // Somebody else may hold the files of the accounts, and perhaps makes this very one.
            try await Task.sleep(for: Limits.userPause)
        }
        throw RuntimeFault.userNotCreated(user: name, reason: refusal)
    }

    /// The name of an environment's account: useradd takes 32 characters.
    package static func name(for environment: EnvironmentName) -> String {
        "switchyard-\(environment)".shortened(toBytes: Limits.userBytes)
    }

    /// Whether this account may pass through a folder and all folders above it.
    package func canEnter(_ path: String) async throws -> Bool {
        let result = try await run(
            .name("chpst"), arguments: ["-u", name, "test", "-x", path],
            environment: .custom(["PATH": Runit.searchPath]), output: .discarded, error: .discarded)
        return result.terminationStatus.isSuccess
    }

    /// The first folder on the way to a path, which need not exist, that this account may not pass through; nil where
    /// it comes through.
    package func hindrance(above path: String) async throws -> String? {
        var place = Self.parent(of: path)
        while access(place, F_OK) != 0, place.count > 1 { place = Self.parent(of: place) }
        guard try await !canEnter(place) else { return nil }
        while place.count > 1, try await !canEnter(Self.parent(of: place)) { place = Self.parent(of: place) }
        return place
    }

    private static func parent(of path: String) -> String { (path as NSString).deletingLastPathComponent }
}
