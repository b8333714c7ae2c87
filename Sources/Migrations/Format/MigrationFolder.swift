import Domain

/// The folder of migrations in a release: one folder or file for each, in Switchyard's layout or another tool's.
package enum MigrationFolder {
    /// What a folder holds, and what is wrong with it.
    package struct Survey: Sendable {
        /// Those that can be read, in their order.
        package let migrations: [Migration]
        /// What does not belong there, cannot be read or has no order.
        package let problems: [MigrationError]
    }

    /// Reads the migrations in their order; throws `MigrationError` for anything that does not belong there.
    package static func read(_ path: String, parser: any SQLParser = PgQueryParser()) throws -> [Migration] {
        let survey = try survey(path, parser: parser)
        if let problem = survey.problems.first { throw problem }
        return survey.migrations
    }

    /// Reads what can be read; throws `MigrationError.unreadable` for the folder itself.
    package static func survey(_ path: String, parser: any SQLParser) throws -> Survey {
        let entries = try FolderEntry.entries(of: path).filter { !$0.isBeside }
        guard entries.count <= MigrationLimits.folderEntries else {
            throw MigrationError.unreadable(
                path: path, reason: "holds more than \(MigrationLimits.folderEntries) entries")
        }
        var reading = Reading(parser: parser)
        reading.take(entries)
        let migrations = reading.migrations.sorted { $0.name < $1.name }
        let pairs = zip(migrations, migrations.dropFirst())
        let clashes = pairs.filter { $0.name.version == $1.name.version }
            .map { MigrationError.sameTimestamp($0.name, $1.name) }
        return Survey(migrations: migrations, problems: reading.problems + clashes)
    }

    /// The entries of a folder, sorted by whose they are.
    private struct Reading {
        let parser: any SQLParser
        private(set) var migrations: [Migration] = []
        private(set) var problems: [MigrationError] = []

        init(parser: any SQLParser) { self.parser = parser }

        mutating func take(_ entries: [FolderEntry]) {
            let pairs = entries.filter { $0.kind == .file && $0.isOfPair }
            for (stem, files) in Dictionary(grouping: pairs, by: \.stem).sorted(by: { $0.key < $1.key }) {
                take(Result { try PairedFiles(stem: stem, files: files).migration(by: parser) })
            }
            for entry in entries where !entry.isOfPair || entry.kind != .file {
                take(Result { try migration(in: entry) })
            }
        }

        private mutating func take(_ result: Result<Migration, any Error>) {
            do {
                migrations.append(try result.get())
            } catch let problem as MigrationError {
                problems.append(problem)
            } catch {
                problems.append(.unreadable(path: "", reason: "\(error)"))
            }
        }

        private func migration(in entry: FolderEntry) throws -> Migration {
            switch entry.kind {
            case .folder:
                let files = try FolderEntry.entries(of: entry.path)
                if files.contains(where: { $0.name == "up.sql" || $0.name == "down.sql" }) {
                    return try DieselFolder(entry: entry, files: files).migration(by: parser)
                }
                return try PhaseFolder(entry: entry, files: files).migration()
            case .file where entry.name.hasSuffix(".sql"):
                return try DbmateFile(entry: entry).migration(by: parser)
            case .file, .other:
                throw MigrationError.unexpectedEntry(path: entry.path, rule: FolderEntry.rule)
            }
        }
    }
}
