import Foundation
package import Glibc

/// An account without privileges, for a test that runs as root and asks what works without.
package struct OrdinaryAccount: Sendable {
    package let name: String
    package let userID: uid_t
    private let groupID: gid_t

    /// The account `nobody`; nil where it cannot run the real binary, or where the test is no root itself.
    package static let nobody: OrdinaryAccount? = {
        guard geteuid() == 0, let entry = getpwnam("nobody")?.pointee else { return nil }
        let account = OrdinaryAccount(name: "nobody", userID: entry.pw_uid, groupID: entry.pw_gid)
        return account.canRun(SwitchyardFixture.program) ? account : nil
    }()

    /// The same command under this account, without any of our groups.
    package func running(_ command: [String]) -> [String] {
        ["/usr/bin/setpriv", "--reuid=\(userID)", "--regid=\(groupID)", "--clear-groups"] + command
    }

    /// Gives a file or a folder to this account.
    func own(_ path: String) throws {
        guard lchown(path, userID, groupID) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
        }
    }

    private func canRun(_ program: String) -> Bool {
        let process = Process()
        let command = running([program, "--help"])
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
