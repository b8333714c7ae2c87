import API
import ArgumentParser
import Domain
import Foundation

/// `switchyard release list`
struct ReleaseListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the releases in the store, newest first.",
        discussion: "A question mark behind a commit: it is stated in release.yaml, and not verified by a build."
    )

    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let releases = try await state.client().releases()
        if json { return try Terminal.sayJSON(releases) }
        if releases.isEmpty { return Terminal.say("There are no releases; pack one with 'switchyard release create'.") }
        var table = TextTable("RELEASE", "DIGEST", "SIZE", "CREATED", "COMMIT")
        for release in releases {
            table.add(
                "\(release.reference)", release.digest.short, "\((release.size + 1_023) / 1_024) KiB",
                release.createdAt.formatted(.iso8601),
                release.manifest.commit.map { $0.prefix(12) + (release.verified ? "" : " ?") } ?? ""
            )
        }
        table.lines.forEach(Terminal.say)
    }
}
