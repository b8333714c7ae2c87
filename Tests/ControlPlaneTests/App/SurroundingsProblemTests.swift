import API
import Backups
import Migrations
import Postgres
import Runtimes
import Store
import Testing
import Traffic

@testable import ControlPlane

/// Which problem an error of what the control plane stands on is.
struct SurroundingsProblemTests {
    static let expected: [(any Error & Sendable, Int, String)] = [
        (PostgresError.connect(server: "127.0.0.1", reason: "refused"), 503, "database_unavailable"),
        (PostgresError.server(sqlState: "42501", message: "no", detail: nil, hint: nil), 502, "database_refused"),
        (TrafficError.notRunning(socket: "/run/x"), 503, "proxy_unavailable"),
        (TrafficError.reloadFailed(output: "no"), 502, "proxy_refused"),
        (RuntimeFault.treeNotRunning(folder: "/x"), 503, "supervisor_unavailable"),
        (RuntimeFault.invalidService(name: "x", reason: "no"), 422, "service_refused"),
        (MigrationError.unreadable(path: "/x", reason: "is gone"), 422, "migration_refused"),
        (ExecutionError.busy(holder: nil, waited: .seconds(1)), 503, "database_busy"),
        (BackupError.diskTooSmall(folder: "/x", neededBytes: 2, freeBytes: 1), 507, "disk_full"),
        (BackupError.busy(folder: "/x"), 409, "backup_busy"),
        (StoreError.diskFull(path: "/x"), 507, "disk_full"),
        (StoreError.unusable(path: "/x", reason: "damaged"), 503, "state_unusable"),
    ]

    @Test(arguments: 0..<expected.count)
    func `an error is a problem with its status, its stable code and its sentence`(index: Int) {
        let (error, status, code) = Self.expected[index]
        let problem = Problem(error)
        #expect(problem.status == status)
        #expect(problem.code == code)
        #expect(problem.detail == "\(error)")
    }

    @Test func `what nobody foresaw is not told to people`() {
        struct Secret: Error {}
        let problem = Problem(Secret())
        #expect(problem.status == 500)
        #expect(!problem.detail.contains("Secret"))
    }
}
