/// Looks where the common tools keep their migrations.
enum MigrationSearch {
    private static let usualFolders = [
        "migrations", "db/migrations", "db/migrate", "db/migration", "prisma/migrations", "database/migrations",
        "sql/migrations", "src/main/resources/db/migration", "sql",
    ]

    /// The first folder that holds migrations, with those of the other applications of a Django project; nil where none
    /// does.
    static func find(in repository: Repository) -> MigrationFinding? {
        let applications = repository.entries().map { "\($0)/migrations" }
        let findings = (usualFolders + applications).lazy.compactMap { finding(in: $0, of: repository) }
        guard let first = findings.first, first.tool == .django else { return findings.first }
        let others = findings.filter { $0.tool == .django && $0.folder != first.folder }
        return MigrationFinding(
            tool: .django, folder: first.folder, others: others.map(\.folder),
            count: others.reduce(first.count) { $0 + $1.count }, example: first.example)
    }

    private static func finding(in folder: String, of repository: Repository) -> MigrationFinding? {
        let entries = repository.entries(of: folder)
        for tool in MigrationTool.allCases {
            let own = entries.filter { belongs("\(folder)/\($0)", named: $0, to: tool, in: repository) }
            guard let first = own.first else { continue }
            return MigrationFinding(tool: tool, folder: folder, count: own.count, example: "\(folder)/\(first)")
        }
        return nil
    }

    /// The cases are asked in their order, so that the last one gets what is nobody else's.
    private static func belongs(
        _ path: String, named name: String, to tool: MigrationTool, in repository: Repository
    ) -> Bool {
        switch tool {
        case .switchyard: name.contains(/^\d{14}_/) && repository.isFile("\(path)/expand.sql")
        case .prisma: repository.isFile("\(path)/migration.sql")
        case .rails: name.wholeMatch(of: /\d{14}_\w+\.rb/) != nil
        case .django: name.wholeMatch(of: /\d{4}_\w+\.py/) != nil
        case .diesel: name.contains(/^\d[\d-]*_/) && repository.isFile("\(path)/up.sql")
        case .golangMigrate: name.wholeMatch(of: /\d+_.+\.up\.sql/) != nil
        case .flyway: name.wholeMatch(of: /V[\d._]+__.+\.sql/) != nil
        case .dbmate: name.hasSuffix(".sql") && repository.text(of: path)?.contains("-- migrate:up") == true
        case .plainSQL: name.hasSuffix(".sql")
        }
    }
}
