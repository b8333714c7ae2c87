import Domain
import Foundation

/// The JSON Schemas of the settings files, for editors; made from the same descriptions that read the files.
package enum SettingsSchema {
    /// The schema of `switchyard.yaml`, as it is checked in.
    package static func configuration() throws -> String {
        try document(MappingReader.schema { Configuration(keys: $0) }, title: "switchyard.yaml")
    }

    /// The schema of `release.yaml`, as it is checked in.
    package static func releaseManifest() throws -> String {
        try document(MappingReader.schema { ReleaseManifest(keys: $0) }, title: "release.yaml")
    }

    private static func document(_ schema: JSONValue, title: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(
            schema.adding("$schema", .text("https://json-schema.org/draft/2020-12/schema"))
                .adding("title", .text(title)))
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}
