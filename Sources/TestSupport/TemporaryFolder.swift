import Foundation

/// Lends a new folder that other accounts may enter (mode 0755), and removes it with all it holds.
package func withTemporaryFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = "/tmp/switchyard-test-\(UUID().uuidString.prefix(13).lowercased())"
    try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}
