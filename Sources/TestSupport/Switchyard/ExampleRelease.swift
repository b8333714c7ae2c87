import Foundation

/// A release of the application in Examples/breakable, written down by a test.
package struct ExampleRelease: Sendable {
    package let version: String
    /// The example's switches, such as `EXAMPLE_NEVER_HEALTHY`.
    package var environment: [String: String] = [:]
    package var webInstances = 1
    /// Whether a worker and a singleton named `clock` belong to it.
    package var hasBackgroundProcesses = false
    /// The SQL of each migration by its name, such as `20250101000000_first`.
    package var migrations: [String: String] = [:]
    /// The SQL that takes something away, by the name of a migration.
    package var contractions: [String: String] = [:]
    /// What it says that it sends to the database.
    package var statements: [String] = []
    /// The text of each fingerprinted asset by its name.
    package var assets: [String: String] = [:]
    /// The memory limit of the web process, such as `64MiB`.
    package var webMemoryLimit: String?

    package init(
        _ version: String, environment: [String: String] = [:], webInstances: Int = 1,
        hasBackgroundProcesses: Bool = false, migrations: [String: String] = [:], assets: [String: String] = [:]
    ) {
        self.version = version
        self.environment = environment
        self.webInstances = webInstances
        self.hasBackgroundProcesses = hasBackgroundProcesses
        self.migrations = migrations
        self.assets = assets
    }

    /// The manifest; a test may write it out altered.
    package var manifest: String {
        var lines = ["name: example", "version: \(version)", "processes:"]
        lines += ["  web:", "    command: [python3, app.py, web]", "    instances: \(webInstances)"]
        if let webMemoryLimit { lines += ["    memory_limit: \(webMemoryLimit)"] }
        if hasBackgroundProcesses {
            lines += ["  worker:", "    command: [python3, app.py, worker]"]
            lines += ["  clock:", "    kind: singleton", "    command: [python3, app.py, clock]", "shared: [data]"]
        }
        lines += ["health:", "  healthy_after: 2"]
        if !migrations.isEmpty { lines += ["migrations: migrations"] }
        if !statements.isEmpty { lines += ["statements: statements.sql"] }
        if !assets.isEmpty { lines += ["assets: assets"] }
        if !environment.isEmpty {
            lines += ["environment:"] + environment.sorted { $0.key < $1.key }.map { "  \($0.key): \"\($0.value)\"" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Writes the release's folder, which must not exist.
    package func write(to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: "\(Self.source.path)/app.py", toPath: "\(folder)/app.py")
        try manifest.write(toFile: "\(folder)/release.yaml", atomically: false, encoding: .utf8)
        if hasBackgroundProcesses {
            // As repositories keep an empty folder.
            try FileManager.default.createDirectory(atPath: "\(folder)/data", withIntermediateDirectories: false)
            try "".write(toFile: "\(folder)/data/.gitkeep", atomically: false, encoding: .utf8)
        }
        if !assets.isEmpty {
            try FileManager.default.createDirectory(atPath: "\(folder)/assets", withIntermediateDirectories: true)
        }
        for (name, text) in assets {
            try text.write(toFile: "\(folder)/assets/\(name)", atomically: false, encoding: .utf8)
        }
        if !statements.isEmpty {
            let text = statements.map { "\($0);\n" }.joined()
            try text.write(toFile: "\(folder)/statements.sql", atomically: false, encoding: .utf8)
        }
        for (phase, texts) in [("expand", migrations), ("contract", contractions)] {
            for (name, sql) in texts {
                let migration = "\(folder)/migrations/\(name)"
                try FileManager.default.createDirectory(atPath: migration, withIntermediateDirectories: true)
                try sql.write(toFile: "\(migration)/\(phase).sql", atomically: false, encoding: .utf8)
            }
        }
    }

    private static let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Examples/breakable")
}
