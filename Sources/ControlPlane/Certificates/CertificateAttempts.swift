import Domain
import DurableFiles
import Foundation

/// What an authority refused, and when it may be asked again; in a file, so that a restart does not ask earlier.
///
/// A refusal is for one question. Another one, with a corrected address or other domains, may be asked at once.
struct CertificateAttempts {
    /// What is asked of which authority, as far as its answer depends on it.
    struct Question: Codable, Equatable {
        let domains: [String]
        let email: String
        let directory: String
        let trustedRoots: String?

        init(_ domains: [String], of settings: ACMESettings) {
            self.domains = domains
            email = settings.email
            directory = settings.directory
            trustedRoots = settings.trustedRoots
        }
    }

    private struct Refusal: Codable {
        var question: Question
        /// In a row.
        var count: Int
        var next: Date
        var fault: String
    }

    private let path: String
    private let questions: [EnvironmentName: Question]
    private var refusals: [EnvironmentName: Refusal]

    /// Takes up what the file has for these questions; what it has for others is forgotten.
    init(keptIn path: String, questions: [EnvironmentName: Question]) {
        self.path = path
        self.questions = questions
        let kept = FileManager.default.contents(atPath: path)
        refusals = (kept.flatMap { try? JSONDecoder().decode([EnvironmentName: Refusal].self, from: $0) } ?? [:])
            .filter { questions[$0.key] == $0.value.question }
    }

    /// Whether an environment's question may be asked now.
    func isAllowed(for environment: EnvironmentName, now: Date) -> Bool {
        (refusals[environment]?.next ?? now) <= now
    }

    /// Notes that the authority gave what it was asked for.
    mutating func noteCertificate(for environment: EnvironmentName) {
        refusals[environment] = nil
        save()
    }

    /// Notes a refusal; each further one doubles the pause.
    ///
    /// An authority locks out who fails too often: Let's Encrypt after five failures an hour.
    mutating func noteRefusal(for environment: EnvironmentName, because fault: String, now: Date) {
        guard let question = questions[environment] else { return }
        let count = (refusals[environment]?.count ?? 0) + 1
        let pause = min(Limits.certificatePause * pow(2, Double(count - 1)), Limits.longestCertificatePause)
        refusals[environment] = Refusal(
            question: question, count: count, next: now.addingTimeInterval(pause), fault: fault)
        save()
    }

    /// What the authority refused last, a sentence for each environment.
    var problems: [String] {
        refusals.sorted { $0.key < $1.key }
            .map { "\($0.value.fault) It is tried again at \($0.value.next.formatted(.iso8601))." }
    }

    /// A pause that is forgotten costs one attempt more at the next start.
    private func save() { try? DurableFile.write(JSONEncoder().encode(refusals), to: path, mode: 0o600) }
}
