/// Looks for the database that an application's libraries are for.
enum DatabaseSearch {
    private static let postgres = [
        "psycopg", "psycopg2", "psycopg2-binary", "asyncpg", "pg8000", "pg", "pg-promise", "postgres", "lib/pq", "pgx",
        "postgres-nio", "PostgresNIO", "postgresql",
    ]
    private static let others = [
        "mysql": "MySQL", "mysql2": "MySQL", "mysqlclient": "MySQL", "PyMySQL": "MySQL", "sqlite3": "SQLite",
        "better-sqlite3": "SQLite", "mongodb": "MongoDB", "mongoose": "MongoDB", "pymongo": "MongoDB",
    ]

    /// Where PostgreSQL's library is named; nil where none is.
    static func postgres(in files: [String], of repository: Repository) -> Guess<String>? {
        first(of: postgres, in: files, of: repository)
    }

    /// Another database that the application is for.
    static func other(in files: [String], of repository: Repository) -> Guess<String>? {
        first(of: others.keys.sorted(), in: files, of: repository).map { guess in
            Guess(others[guess.value] ?? guess.value, from: guess.source)
        }
    }

    private static func first(of names: [String], in files: [String], of repository: Repository) -> Guess<String>? {
        for file in files {
            for (index, line) in repository.lines(of: file).enumerated() where line.utf8.count <= Limits.lineCharacters
            {
                // A library's name stands alone: 'pg' is no part of 'pgpass', and '#' begins a comment.
                let words = line.prefix { $0 != "#" }.split { !($0.isLetter || $0.isNumber || "-_/".contains($0)) }
                for word in words.map(String.init) {
                    if let name = names.first(where: {
                        word == $0 || word.hasSuffix("/\($0)") || word.contains("/\($0)/")
                    }) {
                        return Guess(name, from: "\(file):\(index + 1)")
                    }
                }
            }
        }
        return nil
    }
}
