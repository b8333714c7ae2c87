import API
import ArgumentParser

/// `switchyard config apply [FILE]`
struct ConfigApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Applies a changed configuration while everything runs, or refuses it whole.",
        discussion: """
            No request fails, and a deployment under way goes on. A file that is named here replaces the one that \
            'switchyard serve' was started with, so that the next start reads the same; the configuration before is \
            kept as configuration.previous.yaml in the state folder.
            """
    )

    private static let deadline: Duration = .seconds(60)
    private static let interval: Duration = .milliseconds(100)

    @OptionGroup var changed: ConfigurationArgument
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let begun = try await state.client().applyConfiguration(changed.request())
        guard !begun.differences.isEmpty, let number = begun.lastChange?.number else {
            if json { return try Terminal.sayJSON(begun) }
            return Terminal.say("Nothing differs from the configuration in force.")
        }
        if !json { begun.show() }
        let change = try await end(of: number)
        if json { try Terminal.sayJSON(change) }
        guard change.outcome == .applied else {
            throw CommandExit(
                .wentWrong,
                "The configuration before is in force again, because the changed one did not come up: "
                    + (change.reason ?? "no reason is known"))
        }
        if !json { Terminal.say("Applied as change \(number); \(begun.file) has it.") }
    }

    /// Waits for a change's outcome, also while the control plane is away for a moment or moves to another address.
    private func end(of number: Int) async throws -> ConfigurationChange {
        let end = ContinuousClock.now + Self.deadline
        while true {
            let change = try? await state.client().configuration().lastChange
            if let change, change.number == number, change.outcome != nil { return change }
            if let change, change.number > number {
                throw CommandExit(.leftRunning, "Change \(number) was followed by change \(change.number).")
            }
            guard ContinuousClock.now < end else {
                throw CommandExit(
                    .leftRunning,
                    "Change \(number) has no outcome after \(Self.deadline.components.seconds) s; 'switchyard status' "
                        + "and the log of 'switchyard serve' say why.")
            }
            try await Task.sleep(for: Self.interval)
        }
    }
}
