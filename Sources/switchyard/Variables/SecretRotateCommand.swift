import API
import ArgumentParser

/// `switchyard secret rotate`
struct SecretRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Makes a new key-encryption key and puts all secrets under it.",
        discussion: """
            The secrets themselves stay as they are ('secret set' changes one), and releases go on meanwhile. Interrupted, \
            it is said again. Old keys stay in the ring for older copies of the state, unless '--drop-old' takes them out: \
            do that when the ring itself may have been read by somebody, once everything is under the new key.
            """)

    @Flag(help: "Take keys out of the ring that nothing is under any more.")
    var dropOld = false
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let rotation = try await state.client().rotateKeys(
            KeyRotationRequest(dropsOld: dropOld, requestedBy: Requester.name))
        if json {
            try Terminal.sayJSON(rotation)
        } else {
            Terminal.say("\(rotation.rewrapped) values are under the new key \(rotation.key).")
            if !rotation.dropped.isEmpty { Terminal.say("Taken out: \(rotation.dropped.joined(separator: ", ")).") }
            for sentence in rotation.unreadable { Terminal.complain("Left as it is: \(sentence)") }
        }
        guard rotation.unreadable.isEmpty else { throw CommandExit(.wentWrong) }
    }
}
