import API
import ArgumentParser
import Domain
import Foundation

/// `switchyard release show RELEASE`
struct ReleaseShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows what a release says of itself.",
        discussion: """
            Commit, tag and authors are verified where 'release create --from-git' built the release from that commit \
            and recorded them. Otherwise they are only what release.yaml states.
            """
    )

    @Argument(help: "The release: a version, name@version or (the beginning of) a digest.")
    var release: String
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let release = try await state.client().release(self.release)
        if json { return try Terminal.sayJSON(release) }
        let manifest = release.manifest
        Terminal.say("\(release.reference)")
        Terminal.say("  digest      \(release.digest)")
        Terminal.say("  size        \(release.size) bytes, added \(release.createdAt.formatted(.iso8601))")
        let doubt = release.verified ? "" : ", stated in release.yaml, not verified"
        if let commit = manifest.commit {
            Terminal.say("  commit      \(commit)\(manifest.tag.map { " (\($0))" } ?? "")\(doubt)")
        }
        for author in manifest.authors ?? [] { Terminal.say("  author      \(author)\(doubt)") }
        for (name, process) in manifest.processes.sorted(by: { $0.key < $1.key }) {
            Terminal.say(
                "  process     \(name) (\(process.kind.rawValue), \(process.instances)): "
                    + process.command.joined(separator: " ")
            )
        }
        Terminal.say("  health      \(manifest.health.path) \(manifest.health.databasePath ?? "")")
        for probe in manifest.probes { Terminal.say("  feature     \(probe.name): \(probe.path) -> \(probe.status)") }
        if let migrations = manifest.migrations { Terminal.say("  migrations  \(migrations)") }
    }
}
