import API
import ArgumentParser
import Domain
import Foundation
import Releases

/// `switchyard release create DIR`, `switchyard release create --from-git REF`
struct ReleaseCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Packs a folder with a release.yaml, or what is built from a commit, and adds it to the store.",
        discussion: """
            The same content gives the same digest, at any time and on any machine with the same versions of libarchive \
            and libzstd. With --from-git, the commit is cloned into a temporary folder, the command of 'build:' in its \
            release.yaml runs there, and commit, tag and authors are recorded.
            """
    )

    @Argument(help: "The folder.", completion: .directory)
    var folder: String?
    @Option(help: ArgumentHelp("Build this branch, tag or commit instead of packing a folder.", valueName: "ref"))
    var fromGit: String?
    @Option(
        help: ArgumentHelp(
            "The git repository, or the folder in it that has the release.yaml. (default: .)", valueName: "dir"),
        completion: .directory
    )
    var repository: String?
    @Option(help: "How many seconds to wait for a control plane that is just starting.")
    var wait = 0
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func validate() throws {
        guard (folder == nil) != (fromGit == nil) else {
            throw ValidationError("Name a folder to pack, or a commit to build with '--from-git'.")
        }
        guard repository == nil || fromGit != nil else {
            throw ValidationError("'--repository' goes with '--from-git'.")
        }
        guard (0...3_600).contains(wait) else { throw ValidationError("'--wait' takes 0 to 3600 seconds.") }
    }

    func run() async throws {
        let client = try await state.client(waiting: .seconds(wait))
        let archive = NSTemporaryDirectory() + "/switchyard-\(UUID().uuidString).tar.zst"
        defer { try? FileManager.default.removeItem(atPath: archive) }
        let packed = try await pack(to: archive)
        Terminal.sayProgress("sending \(packed.size / 1_048_576) MiB")
        let added = try await client.addRelease(
            archive: archive, size: packed.size, builtFrom: fromGit == nil ? nil : packed.manifest.commit)
        Terminal.endProgress()
        guard added.release.digest == packed.digest else {
            throw CommandExit(
                .wentWrong,
                "The store has \(added.release.digest) and not \(packed.digest): the archive changed on its way."
            )
        }
        if json { return try Terminal.sayJSON(added) }
        show(added)
    }

    private func show(_ added: AddedRelease) {
        let release = added.release
        switch added.outcome {
        case .added:
            Terminal.say("\(release.reference) is in the store: \(release.digest) (\(release.size) bytes)")
        case .alreadyThere:
            Terminal.say("\(release.reference) was in the store already, unaltered: \(release.digest)")
        case .repaired:
            Terminal.say(
                "\(release.reference) was in the store with an archive that had been altered; the one just packed has "
                    + "taken its place: \(release.digest)")
        }
        Terminal.say("Deploy it with: switchyard deploy \(release.manifest.version)")
    }

    private func pack(to archive: String) async throws -> PackedRelease {
        if let folder {
            return try ReleasePacker.pack(folder: folder, to: archive, progress: Self.sayProgress)
        }
        let builder = ReleaseBuilder(
            repository: repository ?? ".", reference: fromGit ?? "HEAD",
            variables: ProcessInfo.processInfo.environment)
        return try await Interruption.ending {
            try await builder.build(to: archive, progress: Self.sayProgress) { news in
                switch news {
                case .step(let sentence): Terminal.narrate(sentence)
                case .output(let line): Terminal.narrate("  " + line)
                }
            }
        }
    }

    private static func sayProgress(_ progress: ReleaseProgress) {
        Terminal.sayProgress("packing: \(progress.files) files, \(progress.bytes / 1_048_576) MiB")
    }
}
