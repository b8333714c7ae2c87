import Domain
import Foundation

/// Something in a folder of migrations or in a migration's folder.
struct FolderEntry {
    /// The kind of the entry itself, not of what a link leads to.
    enum Kind { case file, folder, other }

    /// Whether it is a text for people, such as a README, or another thing that nobody would take for a migration.
    var isBeside: Bool { kind == .file && !name.lowercased().hasSuffix(".sql") }

    static let rule =
        "a migration is a folder TIME_NAME with expand.sql, backfill.sql, contract.sql or revert.sql, or what Diesel, "
        + "golang-migrate or dbmate write"

    let path: String
    let name: String
    let kind: Kind

    /// Sorted by name, without those that begin with a dot.
    static func entries(of path: String) throws -> [FolderEntry] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw MigrationError.unreadable(path: path, reason: reasonNotToList(path))
        }
        return names.filter { !$0.hasPrefix(".") }.sorted().map { FolderEntry(path: "\(path)/\($0)", name: $0) }
    }

    private static func reasonNotToList(_ path: String) -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return "does not exist" }
        return isFolder.boolValue ? "cannot be listed by this user" : "is a file, and not the folder of migrations"
    }

    private init(path: String, name: String) {
        self.path = path
        self.name = name
        let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        kind =
            switch type {
            case .typeRegular: .file
            case .typeDirectory: .folder
            default: .other
            }
    }

    /// The entry as a migration's name, without what stands behind it.
    func migrationName(without suffix: String = "") throws -> MigrationName {
        guard let name = MigrationName(rawValue: String(name.dropLast(suffix.count))) else {
            throw MigrationError.unexpectedEntry(path: path, rule: "a migration is named with \(MigrationName.rule)")
        }
        return name
    }

    /// The file's text; throws `MigrationError.unreadable` for what is none.
    func text() throws -> String {
        guard let file = FileHandle(forReadingAtPath: path),
            let data = try? file.read(upToCount: MigrationLimits.fileSize + 1) ?? Data()
        else { throw MigrationError.unreadable(path: path, reason: "cannot be opened") }
        guard data.count <= MigrationLimits.fileSize else {
            throw MigrationError.unreadable(path: path, reason: "is larger than \(MigrationLimits.fileSize) bytes")
        }
        guard let text = String(data: data, encoding: .utf8), !text.utf8.contains(0) else {
            throw MigrationError.unreadable(path: path, reason: "is no UTF-8 text")
        }
        return text
    }
}

/// Switchyard's own layout: a folder with a file for each phase.
struct PhaseFolder {
    let entry: FolderEntry
    let files: [FolderEntry]

    func migration() throws -> Migration {
        let name = try entry.migrationName()
        guard name.isOwn else {
            throw MigrationError.unexpectedEntry(
                path: entry.path, rule: "a migration's folder is named with \(MigrationName.ownRule)")
        }
        let steps = try files.map { file in
            guard let phase = MigrationPhase.allCases.first(where: { $0.file == file.name }), file.kind == .file else {
                throw MigrationError.unexpectedEntry(
                    path: file.path,
                    rule: "a migration holds the plain files expand.sql, backfill.sql, contract.sql and revert.sql")
            }
            return try MigrationStep(phase: phase, file: "\(entry.name)/\(file.name)", sql: file.text())
        }
        guard !steps.isEmpty else {
            throw MigrationError.unreadable(
                path: entry.path, reason: "holds none of expand.sql, backfill.sql, contract.sql and revert.sql")
        }
        return Migration(name: name, steps: steps)
    }
}
