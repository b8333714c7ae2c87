import Foundation
import Glibc

/// The users and groups in the files below a root folder, changed through the system's own programs.
package struct Accounts: Sendable {
    let root: String

    /// The id of a group; nil when there is none of that name.
    package func groupID(of name: String) -> UInt32? {
        entries(of: "group").first { $0.first == name }.flatMap { $0.count > 2 ? UInt32($0[2]) : nil }
    }

    package func hasUser(_ name: String) -> Bool { entries(of: "passwd").contains { $0.first == name } }

    /// The environments' users that `serve` has made.
    package var environmentUsers: [String] {
        entries(of: "passwd").compactMap(\.first).filter { $0.hasPrefix(Installation.userPrefix) }.sorted()
    }

    /// Why accounts cannot be changed there.
    var obstacle: String? {
        guard geteuid() == 0 else { return "only root may change accounts" }
        return access("\(root)/etc/passwd", F_OK) == 0 && access("\(root)/etc/group", F_OK) == 0
            ? nil : "\(root) has no /etc/passwd and /etc/group"
    }

    func makeGroup(_ name: String) async throws {
        try await run("groupadd", ["--system"], name)
    }

    func makeUser(_ name: String) async throws {
        let group = groupID(of: name).map { ["--gid", "\($0)"] } ?? ["--user-group"]
        let options = ["--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
        try await run("useradd", options + group, name)
    }

    func removeUser(_ name: String) async throws { try await run("userdel", [], name) }

    func removeGroup(_ name: String) async throws { try await run("groupdel", [], name) }

    private func run(_ program: String, _ options: [String], _ name: String) async throws {
        try await Program.run(program, (root.isEmpty ? [] : ["--prefix", root]) + options + [name])
    }

    /// The lines of a file in /etc, as fields.
    private func entries(of file: String) -> [[String]] {
        let text = (try? String(contentsOfFile: "\(root)/etc/\(file)", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { line in
            line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        }
    }
}
