import Foundation
import Glibc
import TestSupport
import Testing

/// A file system in memory that goes away with this value; its processes must have ended by then.
final class SmallDisk: Sendable {
    private let path: String
    /// What a crash may leave.
    private var filler: String { "\(path)/core" }

    init(at path: String, mebibytes: Int) throws {
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(mebibytes)m,mode=0755") == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
        }
        self.path = path
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }

    /// Moves a Switchyard's state onto a file system of 96 MiB before anything is in it.
    static func use(_ body: (SwitchyardFixture, SmallDisk) async throws -> Void) async throws {
        try await SwitchyardFixture.use([FixtureEnvironment(policy: ["bake": "2s"])]) { switchyard in
            switchyard.kill(SIGKILL)
            try await switchyard.waitForControlPlaneToEnd()
            try await switchyard.losePower()
            let disk = try SmallDisk(at: switchyard.state, mebibytes: 96)
            do {
                try await switchyard.start()
                try await body(switchyard, disk)
            } catch {
                disk.free()
                try await switchyard.losePower()
                throw error
            }
            disk.free()
            try await switchyard.losePower()
        }
    }

    /// Writes until not one block is left.
    func fill() throws {
        let file = open(filler, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        try #require(file >= 0)
        defer { close(file) }
        let block = [UInt8](repeating: 0, count: 4_096)
        while write(file, block, block.count) > 0 {}
        try #require(errno == ENOSPC)
    }

    func free() { unlink(filler) }
}
