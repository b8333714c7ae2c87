/// Who wrote a folder of migrations, told by the names in it.
package enum MigrationTool: String, CaseIterable, Sendable {
    case switchyard, rails, django, prisma, flyway, diesel, golangMigrate, dbmate, plainSQL

    package var title: String {
        switch self {
        case .switchyard: "expand steps"
        case .rails: "Rails migrations"
        case .django: "Django migrations"
        case .prisma: "Prisma migrations"
        case .flyway: "Flyway migrations"
        case .diesel: "Diesel migrations"
        case .golangMigrate: "golang-migrate migrations"
        case .dbmate: "dbmate migrations"
        case .plainSQL: "plain SQL files"
        }
    }

    /// Whether a deployment runs its folder as it lies.
    var isRunByDeployments: Bool {
        switch self {
        case .switchyard, .diesel, .golangMigrate, .dbmate: true
        case .rails, .django, .prisma, .flyway, .plainSQL: false
        }
    }

    /// What its users type to bring a database up to date; nil where deployments do it, or can after the files were
    /// moved.
    func command(folder: String) -> String? {
        switch self {
        case .switchyard, .diesel, .golangMigrate, .dbmate, .plainSQL: nil
        case .rails: "bin/rails db:migrate"
        case .django: "python3 manage.py migrate"
        case .prisma: "npx prisma migrate deploy"
        case .flyway: "flyway -locations=filesystem:\(ShellLine.joining([folder])) migrate"
        }
    }
}

/// A folder of migrations and whose they are.
package struct MigrationFinding: Equatable, Sendable {
    package let tool: MigrationTool
    package let folder: String
    /// Further folders, where each application of a project has one.
    package var others: [String] = []
    /// How many in all, and one of them by its path.
    package let count: Int
    package let example: String

    /// Whether a deployment runs them as they lie.
    package var isRunByDeployments: Bool { tool.isRunByDeployments }

    /// What the tool's users type; nil where there is nothing to type.
    package var command: String? { tool.command(folder: folder) }

    private static let flywayVariables =
        " Flyway takes the address from FLYWAY_URL, as jdbc:postgresql://HOST/DATABASE, and from FLYWAY_USER and "
        + "FLYWAY_PASSWORD."

    /// What was found and what to do about it, in two or three sentences.
    package var advice: String {
        let folders = ([folder] + others).joined(separator: " and ")
        let found = "\(folders) \(others.isEmpty ? "holds" : "hold") \(tool.title): \(count), such as \(example)."
        let quoted = ShellLine.joining([folder])
        switch tool {
        case .switchyard:
            return "\(found) Each deployment runs the pending ones once, after a backup and before the new code."
        case .diesel, .golangMigrate, .dbmate:
            return "\(found) Each deployment runs the pending ones that only add, once, after a backup and before the "
                + "new code; those that take something away are left to 'switchyard migration apply \(quoted) --phase "
                + "contract'. Where a database has them already, 'switchyard migration baseline \(quoted)' says so."
        case .plainSQL:
            return "\(found) Deployments run no such files: move each into '\(folder)/<14 digits of time>_<name>/"
                + "expand.sql' and say 'migrations: \(folder)' in release.yaml."
        case .rails, .django, .prisma, .flyway:
            return "\(found) Deployments do not run them: run '\(command ?? "")' against the environment's database "
                + "before the deployment, and let it only add what the running release can live with."
                + (tool == .flyway ? Self.flywayVariables : "")
        }
    }
}
