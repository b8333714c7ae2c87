import Domain
package import Foundation

/// A new migration in a folder of migrations.
package enum MigrationDraft {
    /// Writes the steps into a folder of their own, named by the time and the name, and returns its path.
    ///
    /// Throws `ScaffoldError`; then nothing is left.
    package static func write(
        _ steps: [MigrationPhase: String], named name: String, in folder: String, at time: Date
    ) throws -> String {
        let files = FileManager.default
        let path = "\(folder)/\(try freeName(for: name, in: folder, at: time))"
        do {
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try files.createDirectory(atPath: path, withIntermediateDirectories: false)
        } catch {
            throw files.fileExists(atPath: path)
                ? ScaffoldError.taken(path: path) : .unwritable(path: path, reason: error.localizedDescription)
        }
        do {
            for (phase, text) in steps {
                try Data(text.utf8).write(to: URL(filePath: "\(path)/\(phase.file)"), options: .withoutOverwriting)
            }
        } catch {
            try? files.removeItem(atPath: path)
            throw ScaffoldError.unwritable(path: path, reason: error.localizedDescription)
        }
        return path
    }

    /// The time's digits and the name, a second later for each migration that has the time already.
    private static func freeName(for name: String, in folder: String, at time: Date) throws -> MigrationName {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let taken = Set(entries.compactMap { MigrationName(rawValue: $0)?.version })
        for seconds in 0...entries.count {
            let text = "\(timestamp(time + TimeInterval(seconds)))_\(name)"
            guard let free = MigrationName(rawValue: text), free.isOwn else { throw ScaffoldError.name(name) }
            if !taken.contains(free.version) { return free }
        }
        throw ScaffoldError.taken(path: folder)
    }

    /// 14 digits, in UTC.
    private static func timestamp(_ time: Date) -> String {
        time.formatted(.iso8601).filter(\.isNumber)
    }
}
