import Domain

/// Diesel's layout: `TIME_NAME/up.sql` and `down.sql`.
struct DieselFolder {
    let entry: FolderEntry
    let files: [FolderEntry]

    func migration(by parser: any SQLParser) throws -> Migration {
        for file in files where !["up.sql", "down.sql", "metadata.toml"].contains(file.name) || file.kind != .file {
            throw MigrationError.unexpectedEntry(
                path: file.path, rule: "beside up.sql there are down.sql and metadata.toml only")
        }
        func text(_ name: String) throws -> FlatSection? {
            try files.first { $0.name == name }.map { FlatSection(file: "\(entry.name)/\(name)", sql: try $0.text()) }
        }
        guard let up = try text("up.sql") else {
            throw MigrationError.unreadable(path: entry.path, reason: "holds a down.sql without an up.sql")
        }
        return try Migration(name: entry.migrationName(), layout: .diesel, up: up, down: text("down.sql"), by: parser)
    }
}

/// golang-migrate's layout: `NUMBER_NAME.up.sql` and `NUMBER_NAME.down.sql`.
struct PairedFiles {
    let stem: String
    let files: [FolderEntry]

    func migration(by parser: any SQLParser) throws -> Migration {
        func section(_ suffix: String) throws -> FlatSection? {
            try files.first { $0.name == stem + suffix }.map { FlatSection(file: $0.name, sql: try $0.text()) }
        }
        guard let up = files.first(where: { $0.name == stem + FolderEntry.upSuffix }) else {
            throw MigrationError.unreadable(
                path: files[0].path, reason: "has no \(stem)\(FolderEntry.upSuffix) beside it")
        }
        return try Migration(
            name: up.migrationName(without: FolderEntry.upSuffix), layout: .golangMigrate,
            up: FlatSection(file: up.name, sql: up.text()), down: section(FolderEntry.downSuffix), by: parser)
    }
}

extension FolderEntry {
    static let upSuffix = ".up.sql"
    static let downSuffix = ".down.sql"

    /// Whether the name is one that golang-migrate gives to files.
    var isOfPair: Bool { name.hasSuffix(Self.upSuffix) || name.hasSuffix(Self.downSuffix) }

    /// The name without golang-migrate's endings.
    var stem: String {
        String(name.dropLast((name.hasSuffix(Self.upSuffix) ? Self.upSuffix : Self.downSuffix).count))
    }
}

/// dbmate's layout: `TIME_NAME.sql` with a part below `-- migrate:up` and one below `-- migrate:down`.
struct DbmateFile {
    let entry: FolderEntry

    func migration(by parser: any SQLParser) throws -> Migration {
        let lines = try entry.text().sqlLines
        guard let up = lines.firstIndex(where: { $0.isMarker("up") }) else {
            throw MigrationError.unexpectedEntry(path: entry.path, rule: FolderEntry.rule)
        }
        let down = lines.firstIndex { $0.isMarker("down") }
        func section(_ start: Int, _ end: Int) -> FlatSection {
            FlatSection(
                file: entry.name, sql: lines[min(start + 1, end)..<end].joined(separator: "\n"), firstLine: start + 2)
        }
        let end = down.map { $0 > up ? $0 : lines.count } ?? lines.count
        return try Migration(
            name: entry.migrationName(without: ".sql"), layout: .dbmate, up: section(up, end),
            down: down.map { section($0, $0 < up ? up : lines.count) }, by: parser)
    }
}

extension Substring {
    fileprivate func isMarker(_ direction: String) -> Bool {
        guard let match = wholeMatch(of: /\s*--\s*migrate:(?<direction>up|down)(?:\s.*)?/) else { return false }
        return match.direction == direction
    }
}

/// One direction of a migration that knows no phases.
struct FlatSection {
    let file: String
    let sql: String
    var firstLine = 1
}

extension Migration {
    /// A migration that goes up and down: what takes something away is a contract step, everything else an expand step.
    ///
    /// A text that is no SQL counts as an expand step; whoever checks or runs it says so.
    fileprivate init(
        name: MigrationName, layout: MigrationLayout, up: FlatSection, down: FlatSection?, by parser: any SQLParser
    ) {
        let statements = try? MigrationStep(phase: .expand, up).statements(by: parser)
        let phase: MigrationPhase = PhaseRules.isContract(statements ?? []) ? .contract : .expand
        let revert = down.map { MigrationStep(phase: .revert, $0) }
        self.init(name: name, layout: layout, steps: [MigrationStep(phase: phase, up)] + (revert.map { [$0] } ?? []))
    }
}

extension MigrationStep {
    fileprivate init(phase: MigrationPhase, _ section: FlatSection) {
        self.init(
            phase: phase, file: section.file, sql: section.sql, firstLine: section.firstLine, mayHoldTransaction: true)
    }
}
