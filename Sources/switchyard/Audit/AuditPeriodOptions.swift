import ArgumentParser

/// Which entries of the record a list shows, by their time and number.
struct AuditPeriodOptions: ParsableArguments {
    @Option(help: ArgumentHelp("From this moment on, such as 2026-11-28T02:00:00Z.", valueName: "moment"))
    var since: String?
    @Option(help: ArgumentHelp("Before this moment.", valueName: "moment"))
    var until: String?
    @Option(help: "How many.")
    var last = 50

    func validate() throws {
        guard (1...1_000).contains(last) else { throw ValidationError("'--last' takes 1 to 1000.") }
    }
}
