import ArgumentParser
import Foundation
import Migrations

/// `switchyard migration new`
struct MigrationNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Drafts a migration: empty, or the steps of a change that nobody waits for.",
        discussion: """
            Names are as the catalog has them. What a column's type and a table's key are is read from the migrations \
            in the folder, or given with --type and --key. Read the draft before you commit it.
            """
    )

    @Argument(help: "What it does, in lower-case words with underscores; without it, the change names itself.")
    var name: String?
    @Option(name: .customLong("dir"), help: "The folder of migrations.", completion: .directory)
    var folder = "migrations"

    @Option(help: ArgumentHelp("A column gets a new name.", valueName: SchemaChange.Kind.rename.form))
    var rename: String?
    @Option(help: ArgumentHelp("A column gets another type.", valueName: SchemaChange.Kind.changeType.form))
    var changeType: String?
    @Option(help: ArgumentHelp("A table gets a column.", valueName: SchemaChange.Kind.addColumn.form))
    var addColumn: String?
    @Option(help: ArgumentHelp("A column must have a value.", valueName: SchemaChange.Kind.addNotNull.form))
    var addNotNull: String?
    @Option(help: ArgumentHelp("A column points at another.", valueName: SchemaChange.Kind.addForeignKey.form))
    var addForeignKey: String?
    @Option(help: ArgumentHelp("Columns get an index.", valueName: SchemaChange.Kind.addIndex.form))
    var addIndex: String?
    @Option(help: ArgumentHelp("A table loses a column.", valueName: SchemaChange.Kind.dropColumn.form))
    var dropColumn: String?

    @Option(help: "The column's type, where the folder does not tell it.")
    var type: String?
    @Option(help: "The column that the backfill goes along: unique and never null.")
    var key: String?
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard changes.count <= 1 else {
            throw ValidationError("One migration makes one change: give one of the options.")
        }
        guard name != nil || !changes.isEmpty else { throw ValidationError("Name the migration, or give a change.") }
    }

    func run() throws {
        let (path, steps) = try CommandExit.migrating(draft)
        let files = MigrationPhase.allCases.filter { steps[$0] != nil }.map { "\(path)/\($0.file)" }
        if json { return try Terminal.sayJSON(Drafted(folder: path, files: files)) }
        files.forEach(Terminal.say)
    }

    private func draft() throws -> (path: String, steps: [MigrationPhase: String]) {
        let change = try changes.first.map { try SchemaChange($0.kind, $0.text) }
        let known = FileManager.default.fileExists(atPath: folder) ? try MigrationFolder.read(folder) : []
        let scaffold = MigrationScaffold(known: KnownColumns(known), type: type, key: key)
        let steps = try scaffold.steps(for: change)
        let path = try MigrationDraft.write(
            steps, named: name ?? change?.suggestedName ?? "", in: folder, at: Date())
        return (path, steps)
    }

    private var changes: [(kind: SchemaChange.Kind, text: String)] {
        let given: [(SchemaChange.Kind, String?)] = [
            (.rename, rename), (.changeType, changeType), (.addColumn, addColumn), (.addNotNull, addNotNull),
            (.addForeignKey, addForeignKey), (.addIndex, addIndex), (.dropColumn, dropColumn),
        ]
        return given.compactMap { kind, text in text.map { (kind, $0) } }
    }

    /// What the command made.
    private struct Drafted: Encodable {
        let folder: String
        let files: [String]
    }
}
