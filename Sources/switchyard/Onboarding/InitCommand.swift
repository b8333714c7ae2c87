import ArgumentParser
import Foundation
import Onboarding

/// `switchyard init`
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Drafts release.yaml and switchyard.yaml for the application in a folder.",
        discussion: """
            It reads what the folder says (Procfile, Dockerfile, package.json, Gemfile, pyproject.toml, requirements.txt, \
            go.mod, Package.swift, migrations), tells for each guess which file it comes from, and asks at most five \
            questions; Return takes the guess. Nothing else in the folder is changed.
            """
    )
    private static let attempts = 3

    @Argument(help: "The folder.", completion: .directory)
    var folder = "."
    @Flag(help: "Take every guess and ask nothing.")
    var yes = false
    @Flag(help: "Replace files that are there already; their text is kept beside them, in release.yaml.old.")
    var force = false
    @Flag(help: "Print JSON.")
    var json = false
    @Option(help: ArgumentHelp("The path that answers 2xx as long as the web process is well.", valueName: "path"))
    var health: String?
    @Option(help: "Where the application keeps its data.")
    var database: Draft.Database?
    @Option(help: ArgumentHelp("Where users come in.", valueName: "address:port"))
    var listen: String?

    func run() async throws {
        let repository = try Repository(folder: folder)
        let existing = DraftWriter.existingFiles(in: repository)
        guard existing.isEmpty || force else { throw OnboardingError.filesExist(existing) }
        guard yes || Terminal.canAsk else {
            throw CommandExit(
                .wentWrong, "Nobody is here to be asked and nothing was changed: take every guess with --yes.")
        }
        var draft = Draft(try Survey(of: repository))
        if let health { try draft.takeHealth(health, from: "--health") }
        if let database { draft.database = Guess(database, from: "--database") }
        if let listen { try draft.takeListen(listen, from: "--listen") }
        if !yes { try await ask(about: &draft) }
        let outcome = try DraftWriter.write(draft, into: repository, replacing: force)
        let variables = ProcessInfo.processInfo.environment
        try tell(DraftReport(draft, outcome, variables: variables), of: repository)
    }

    private func ask(about draft: inout Draft) async throws {
        let questions = Question.all(about: draft)
        for (number, question) in questions.enumerated() {
            let standard = question.standard.map { " [\($0)]" } ?? ""
            let line = "\(number + 1)/\(questions.count)  \(question.text)\(standard): "
            draft = try await ask(question, line: line, about: draft)
        }
    }

    /// The draft with the answer in it; an answer that is none is asked for again.
    private func ask(_ question: Question, line: String, about draft: Draft) async throws -> Draft {
        var refusal: OnboardingError?
        for _ in 1...Self.attempts {
            Terminal.ask(line)
            guard case .line(let answer) = await Terminal.answer() else { break }
            switch question.answering(answer, in: draft) {
            case .success(let answered): return answered
            case .failure(let error):
                refusal = error
                Terminal.ask("     \(error)\n")
            }
        }
        throw refusal ?? CommandExit(.wentWrong, "The questions were left; nothing was changed.")
    }

    private func tell(_ report: DraftReport, of repository: Repository) throws {
        if json { return try Terminal.sayJSON(report) }
        for explanation in report.explanations { Terminal.say("  \(explanation)") }
        for note in report.notes { Terminal.say("Note: \(note)") }
        if !report.kept.isEmpty { Terminal.say("Kept, as it was before: \(report.kept.joined(separator: ", ")).") }
        let place = repository.isCurrent ? "" : "in \(folder), "
        Terminal.say(
            "Written: \(report.written.joined(separator: ", ")). Read them; then, \(place)from here to the first deployment:"
        )
        for command in report.commands { Terminal.say("    \(command)") }
    }
}

extension Draft.Database: ExpressibleByArgument {}
