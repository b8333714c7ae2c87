import ArgumentParser
import ControlPlane
import Runtimes

/// `switchyard tree`
struct TreeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree",
        abstract:
            "Runs the supervisor tree of a state folder in the foreground: application, proxy, embedded database.",
        discussion: """
            It is what the unit switchyard-tree.service runs, so that users are served after a boot before (and \
            without) the control plane. It becomes runit's runsvdir. Where the tree runs already, it waits for that one \
            to end. SIGHUP, or 'switchyard down', ends everything.
            """
    )

    @OptionGroup var state: StateOption

    func run() async throws {
        let folder = state.folder
        for sentence in try folder.make() { Terminal.narrate(sentence) }
        let tree = SupervisorTree(folder: folder.supervisor)
        if await tree.isRunning() {
            Terminal.narrate("The tree of \(folder.path) runs already, started by somebody else; waiting for its end.")
        }
        try await tree.becomeSupervisor()
    }
}
