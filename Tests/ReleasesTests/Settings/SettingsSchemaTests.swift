import Foundation
import Settings
import Testing

/// The JSON Schemas that editors read are those of this code.
struct SettingsSchemaTests {
    static let documents: [(name: String, make: @Sendable () throws -> String)] = [
        ("switchyard.schema.json", { try SettingsSchema.configuration() }),
        ("release.schema.json", { try SettingsSchema.releaseManifest() }),
    ]

    @Test(arguments: documents)
    func `the checked-in schema is current`(name: String, make: @Sendable () throws -> String) throws {
        let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
        let file = package.appending(path: "docs/reference/\(name)")
        let current = try make()
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Data(current.utf8).write(to: file)
        }
        let isCurrent = try String(contentsOf: file, encoding: .utf8) == current
        #expect(isCurrent, "docs/reference/\(name) is not current; run the tests with UPDATE_GOLDEN=1")
    }
}
