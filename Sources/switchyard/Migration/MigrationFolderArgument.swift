import ArgumentParser
import Migrations

/// Where migrations lie.
struct MigrationFolderArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The folder of migrations.", valueName: "dir"), completion: .directory)
    var folder = "migrations"

    /// Without a slash at its end, so that what is in it can be named below it.
    var path: String {
        var path = folder[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        return String(path)
    }

    /// What the folder holds; a folder without migrations is refused, because another one was meant.
    func migrations() throws -> [Migration] {
        let migrations = try MigrationFolder.read(path)
        guard !migrations.isEmpty else { throw MigrationError.empty(path: path) }
        return migrations
    }
}
