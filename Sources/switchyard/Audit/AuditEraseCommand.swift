import API
import ArgumentParser
import Foundation

/// `switchyard audit erase SUBJECT`
struct AuditEraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Makes what the record holds about a person unreadable, for ever.",
        discussion: """
            Name, address, mail address and other personal data of a person stand in the record as ciphertext under a key of \
            that person. This destroys the key: the entries stay, read "erased", and verify as before. That it was done is \
            recorded, and not about whom. Once there are accounts it takes two admins, who say the same within a day. Copies of the folder of keys (audit/subjects) in backups keep the key until they \
            are gone; one that is put back is destroyed again. What is recorded of the person afterwards gets a new key.
            """
    )

    @Argument(help: "The person's identifier, as 'audit list' shows it as the actor.")
    var subject: String
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let report = try await state.client().erasePerson(subject, requestedBy: Requester.name)
        if json { return try Terminal.sayJSON(report) }
        if report.isWaiting == true {
            return Terminal.say("Nothing is erased yet: another admin must say the same within a day.")
        }
        Terminal.say("What was recorded about that person can't be read any more; the record verifies as before.")
    }
}
