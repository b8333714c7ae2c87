import DurableFiles
import Foundation

/// A password for one of PostgreSQL's programs, in a file that only its owner reads, and for as long as the program runs: an
/// argument can be read by everybody, and a variable goes on to whatever the program starts.
package enum PasswordFile {
    /// Lends the variables that lead a program to the password of an address.
    ///
    /// `folder` is where the file lies meanwhile; it is removed in any case.
    package static func using<Result>(
        _ address: PostgresAddress, in folder: String, _ body: ([String: String?]) async throws -> Result
    ) async throws -> Result {
        let path = "\(folder)/.password-\(UUID().uuidString)"
        // Any host, port, database and user: the file serves this one connection.
        let line = "*:*:*:*:" + (address.password ?? "").replacing("\\", with: "\\\\").replacing(":", with: "\\:")
        defer { try? FileManager.default.removeItem(atPath: path) }
        try DurableFile.write(line + "\n", to: path, mode: 0o600)
        return try await body(["PGPASSFILE": path, "PGPASSWORD": nil])
    }
}
