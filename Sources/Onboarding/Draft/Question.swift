import Domain

/// One thing that a person is asked about a draft, with the guess as the answer to Return.
package struct Question: Sendable {
    /// What is asked, in a line.
    package let text: String
    /// What Return means; nil where only a person knows.
    package let standard: String?
    private let take: @Sendable (inout Draft, String) throws(OnboardingError) -> Void

    private static let person = "your answer"

    private func answer(_ answer: String, in draft: inout Draft) throws(OnboardingError) {
        let text = answer.trimmed
        guard !text.isEmpty, text != standard else {
            if standard == nil { throw .invalidAnswer("This one has no standard: type an answer.") }
            return
        }
        try take(&draft, text)
    }

    /// The draft with an answer in it, or the sentence that says why it is none.
    package func answering(_ answer: String, in draft: Draft) -> Result<Draft, OnboardingError> {
        var answered = draft
        do {
            try self.answer(answer, in: &answered)
            return .success(answered)
        } catch {
            return .failure(error)
        }
    }

    /// All that is asked; a test holds it to `Limits.questions`.
    package static func all(about draft: Draft) -> [Question] {
        [
            Question(text: "Name of the application", standard: draft.name.value.rawValue) {
                (draft, text) throws(OnboardingError) in
                guard let name = ApplicationName(rawValue: text) else {
                    throw .invalidAnswer("'\(text)' is no name: use \(ApplicationName.rule).")
                }
                draft.name = Guess(name, from: person)
            },
            Question(text: "Command of the web process", standard: draft.webCommand.value) {
                (draft, text) throws(OnboardingError) in
                draft.webCommand = Guess(text, from: person)
            },
            Question(text: "Path that answers 2xx when it is well", standard: draft.health?.value) {
                (draft, text) throws(OnboardingError) in
                try draft.takeHealth(text, from: person)
            },
            Question(text: "Database: embedded, none or url", standard: draft.database.value.rawValue) {
                (draft, text) throws(OnboardingError) in
                guard let database = Draft.Database(rawValue: text) else {
                    throw .invalidAnswer("'\(text)' is neither embedded nor none nor url.")
                }
                draft.database = Guess(database, from: person)
            },
            Question(text: "Address and port for users", standard: draft.listen.value) {
                (draft, text) throws(OnboardingError) in
                try draft.takeListen(text, from: person)
            },
        ]
    }
}

extension Draft {
    /// Takes the path of the health endpoint as a person names it.
    package mutating func takeHealth(_ path: String, from source: String) throws(OnboardingError) {
        guard path.hasPrefix("/"), !path.contains(where: \.isWhitespace) else {
            throw .invalidAnswer("'\(path)' is no path: begin it with '/', such as /health.")
        }
        health = Guess(path, from: source)
    }

    /// Takes the address and port for users as a person names them.
    package mutating func takeListen(_ address: String, from source: String) throws(OnboardingError) {
        guard address.wholeMatch(of: /\S+:\d{1,5}/) != nil else {
            throw .invalidAnswer("'\(address)' is no address and port such as 127.0.0.1:8080.")
        }
        listen = Guess(address, from: source)
    }
}
