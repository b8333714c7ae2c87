import Domain
import DurableFiles
import Foundation
import Glibc
import Onboarding
import Postgres
import Runtimes
import Subprocess
import Traffic

/// The programs and users that `serve` needs on this machine, found as it finds them.
struct MachineExamination {
    private static let oldestPostgres = 15

    /// Nil where there is no configuration: then what one asks for that says nothing is looked for.
    let settings: Domain.Configuration?

    func findings() async -> [Finding] {
        await [haproxy(), runit(), server(), dumper()] + certificatePrograms() + [git(), user()]
    }

    /// A folder can be packed without it.
    private func git() -> Finding {
        guard let place = place(of: "git") else {
            return .note(
                "git", "There is no git on the PATH, which 'release create --from-git' needs.",
                remedy: "apt-get install git")
        }
        return .good("git", "\(place).")
    }

    private func haproxy() async -> Finding {
        // Only looks for the program: nothing is written before it is configured.
        let folder = NSTemporaryDirectory()
        do {
            let proxy = try await HAProxy(folder: HAProxyFolder(folder), settings: TrafficSettings(), environments: [])
            let version = await said(by: proxy.binary, ["-v"])?.split(separator: " ").dropFirst(2).first
            return .good("haproxy", "\(proxy.binary): \(version.map { "version \($0)" } ?? "version 2.6 or newer").")
        } catch {
            return .mend("haproxy", "\(error)", remedy: "apt-get install haproxy (2.6 or newer)")
        }
    }

    private func runit() async -> Finding {
        do {
            let program = try Runit().runsvdir
            // It has no option that tells its version; Debian knows.
            let version = await said(by: "dpkg-query", ["--show", "--showformat", "${Version}", "runit"])
            return .good("runit", "\(program) and its companions\(version.map { ": version \($0)" } ?? "").")
        } catch {
            return .mend("runit", error.description, remedy: "apt-get install runit")
        }
    }

    /// The first line that a program prints; nil where it is not there or fails.
    private func said(by program: String, _ arguments: [String]) async -> String? {
        let result = try? await run(
            .name("timeout"), arguments: Arguments(["10", program] + arguments), input: .none,
            output: .string(limit: 65_536), error: .discarded)
        guard let result, result.terminationStatus.isSuccess else { return nil }
        return result.standardOutput.split(whereSeparator: \.isNewline).first.map(String.init)
    }

    /// What HTTPS needs besides HAProxy.
    private func certificatePrograms() -> [Finding] {
        guard let traffic = settings?.traffic, traffic.https != nil else { return [] }
        let openssl = program("openssl", because: "HTTPS is configured, and it reads and makes certificates")
        guard traffic.acme != nil else { return [openssl] }
        return [openssl, program("lego", because: "traffic.acme is configured, and it speaks to the authority")]
    }

    private func program(_ name: String, because reason: String) -> Finding {
        guard let place = place(of: name) else {
            return .mend(name, "There is no \(name) on the PATH: \(reason).", remedy: "apt-get install \(name)")
        }
        return .good(name, "\(place).")
    }

    /// Where a program is found as it is started: on the PATH.
    private func place(of program: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? Runit.searchPath
        return path.split(separator: ":").map { "\($0)/\(program)" }
            .first(where: FileManager.default.isExecutableFile)
    }

    private var usesEmbedded: Bool { settings?.environments.contains { $0.database == .embedded } ?? true }
    private var usesDatabase: Bool { settings?.environments.contains { $0.database != .none } ?? true }

    private func server() async -> Finding {
        guard usesEmbedded else { return .good("postgresql", "No environment has an embedded database.") }
        return await postgres("postgresql", program: "postgres", package: "postgresql")
    }

    private func dumper() async -> Finding {
        guard usesDatabase else { return .good("pg_dump", "No environment has a database to back up.") }
        return await postgres("pg_dump", program: "pg_dump", package: "postgresql-client")
    }

    private func postgres(_ subject: String, program: String, package: String) async -> Finding {
        do {
            let found = try await InstalledPostgres.find(program)
            guard found.version >= Self.oldestPostgres else {
                return .mend(
                    subject, "\(found.path) is \(found.text), older than \(Self.oldestPostgres).",
                    remedy: "Install \(package) \(Self.oldestPostgres) or newer, from Debian 12 or apt.postgresql.org.")
            }
            return .good(subject, "\(found.path): \(found.text).")
        } catch {
            return .mend(subject, "\(error)", remedy: "apt-get install \(package)")
        }
    }

    private func user() -> Finding {
        guard UnixUser.isRoot else {
            return .note(
                "users", "This is not root, so all environments run as this one user.",
                remedy: "Run 'switchyard serve' as root where one environment must not read another's settings.")
        }
        guard !usesEmbedded || UnixUser(named: "postgres") != nil else {
            return .mend(
                "users", "There is no user 'postgres', and PostgreSQL refuses to run as root.",
                remedy: "apt-get install postgresql, which makes it")
        }
        guard access("/usr/sbin/useradd", X_OK) == 0 else {
            return .mend(
                "users", "useradd is missing, so no environment can get a user of its own.",
                remedy: "apt-get install passwd")
        }
        let names = settings?.environments.map { UnixUser.name(for: $0.name) } ?? []
        let missing = names.filter { UnixUser(named: $0) == nil }
        return .good(
            "users",
            missing.isEmpty
                ? "Each environment runs as a user of its own."
                : "\(missing.joined(separator: ", ")) will be made by 'switchyard serve'.")
    }
}

/// A program of PostgreSQL as this machine has it.
struct InstalledPostgres {
    private static let limit: Duration = .seconds(10)

    let path: String
    /// What it says of its version: "pg_dump (PostgreSQL) 15.18".
    let text: String
    /// The major version.
    let version: Int

    /// The one that backups and the embedded database would use; throws `PostgresError`.
    static func find(_ program: String) async throws -> InstalledPostgres {
        let installation = try await PostgresInstallation.find(holding: program)
        let text = try await PostgresProgram(program, of: installation).run(["--version"], limit: limit)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let version = text.firstMatch(of: /\) (\d+)/).flatMap { Int($0.1) } ?? 0
        return InstalledPostgres(path: installation.path(of: program), text: text, version: version)
    }
}
