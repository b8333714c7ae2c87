/// Looks for the routes by which an application says that it is well.
struct HealthSearch {
    /// Answers as long as the process is well.
    private(set) var health: Guess<String>?
    /// Answers as long as the database is reached, too.
    private(set) var database: Guess<String>?
    let filesSearched: Int

    /// The customary paths, the likelier first.
    private static let names = [
        "health", "healthz", "health/live", "livez", "healthcheck", "_health", "api/health", "up", "ping",
    ]
    private static let databaseNames = ["health/database", "health/db", "healthz/db", "health/ready", "readyz"]

    init(of repository: Repository) {
        let files = SourceFiles(of: repository).paths
        var bytes = 0
        var searched = 0
        var rank = (health: Self.names.count, database: Self.databaseNames.count)
        for file in files where bytes < Limits.sourceBytes {
            guard let text = repository.text(of: file) else { continue }
            bytes += text.utf8.count
            searched += 1
            for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            {
                for (name, path) in Self.routes(in: line) {
                    let guess = Guess(path, from: "\(file):\(index + 1)")
                    if let place = Self.names.firstIndex(of: name), place < rank.health {
                        (rank.health, health) = (place, guess)
                    }
                    if let place = Self.databaseNames.firstIndex(of: name), place < rank.database {
                        (rank.database, database) = (place, guess)
                    }
                }
            }
        }
        filesSearched = searched
    }

    /// The quoted routes in a line that may be about health: bare name, and path as it must be asked for.
    private static func routes(in line: Substring) -> [(name: String, path: String)] {
        guard line.utf8.count <= Limits.lineCharacters,
            ["health", "up", "ping", "livez", "readyz"].contains(where: line.contains)
        else { return [] }
        // Without its slash it is a route only where the line declares one (Django's path("health/"), Rails' get "up").
        let declares = line.contains(/(?:path|get|route|GET)\b/.wordBoundaryKind(.simple))
        return line.matches(of: /["'`](?:GET )?(\/?)([\w\/]+)["'`]/).compactMap { match in
            guard !match.1.isEmpty || declares else { return nil }
            let name = match.2.hasSuffix("/") ? match.2.dropLast() : match.2
            guard names.contains(String(name)) || databaseNames.contains(String(name)) else { return nil }
            return (String(name), "/\(match.2)")
        }
    }
}
