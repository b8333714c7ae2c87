import Domain

/// What `init` did and why, for people and for programs.
package struct DraftReport: Codable, Equatable, Sendable {
    /// One value of the drafted files, and the file that it was guessed from.
    package struct Explanation: Codable, Equatable, Sendable, CustomStringConvertible {
        package let subject: String
        package let value: String
        package let source: String

        package var description: String { "\(subject): \(value)  (from \(source))" }
    }

    /// The names of the files that were written.
    package let written: [String]
    /// The names of the files that now hold the text that was there before.
    package let kept: [String]
    package let explanations: [Explanation]
    /// What a person should know besides, one or two sentences each.
    package let notes: [String]
    /// What to type from here to the first deployment; `init` was the first of five.
    package let commands: [String]

    /// `variables` are those of the shell that the commands are typed into.
    package init(_ draft: Draft, _ outcome: DraftWriter.Outcome, variables: [String: String]) {
        written = outcome.written
        kept = outcome.kept
        explanations = Self.explanations(of: draft)
        notes = Self.notes(on: draft, variables)
        commands = draft.nextCommands(variables: variables)
    }

    private static func explanations(of draft: Draft) -> [Explanation] {
        func explain(_ subject: String, _ guess: Guess<String>?) -> Explanation? {
            guess.map { Explanation(subject: subject, value: $0.value, source: $0.source) }
        }
        let survey = draft.survey
        let others = survey.processes.filter { $0.kind != .web }.map { process in
            explain("\(process.name), a \(process.kind.rawValue)", process.command)
        }
        let databaseHealth = draft.database.value == .none ? nil : survey.databaseHealth
        let first = [
            explain("application", Guess(draft.name.value.rawValue, from: draft.name.source)),
            explain("version", Guess(survey.version.value.rawValue, from: survey.version.source)),
            explain("web", draft.webCommand),
        ]
        let rest = [
            explain("build", survey.build), explain("health", draft.health),
            explain("health with database", databaseHealth),
            explain("database", Guess(draft.database.value.rawValue, from: draft.database.source)),
        ]
        return (first + others + rest).compactMap(\.self)
    }

    private static func notes(on draft: Draft, _ variables: [String: String]) -> [String] {
        let notes = [draft.survey.migrations?.advice].compactMap(\.self) + draft.survey.notes
        guard draft.lacksVariable(in: variables) else { return notes }
        return notes + ["Put the database's URL in the place of the one in the first command."]
    }
}
