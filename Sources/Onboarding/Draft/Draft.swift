package import Domain
import Settings

/// The two files that a repository gets: what was guessed, corrected by what was answered.
package struct Draft: Equatable, Sendable {
    /// Where the application is to keep its data.
    package enum Database: String, Equatable, Sendable, CaseIterable {
        case embedded, none, url
    }

    package let survey: Survey
    package var name: Guess<ApplicationName>
    package var webCommand: Guess<String>
    package var health: Guess<String>?
    package var database: Guess<Database>
    /// Where users come in, as `address:port`.
    package var listen: Guess<String>

    package init(_ survey: Survey) {
        self.survey = survey
        name = survey.name
        webCommand = survey.processes.first { $0.kind == .web }?.command ?? Guess("", from: "nothing")
        health = survey.health
        database = Self.database(survey)
        listen = Guess("127.0.0.1:8080", from: "this machine only, to begin with")
    }

    /// A tool that Switchyard does not run must reach the database itself, so it has to be one with a URL.
    private static func database(_ survey: Survey) -> Guess<Database> {
        guard survey.database.value == .postgres else { return Guess(.none, from: survey.database.source) }
        let needsURL = survey.migrations?.command != nil
        return Guess(needsURL ? .url : .embedded, from: survey.database.source)
    }

    /// The names of the files, which both lie in the repository's folder.
    package static let releaseFile = ReleaseManifest.fileName
    package static let configurationFile = "switchyard.yaml"

    /// The variable that the database's URL comes from where it has one.
    static let databaseVariable = "DATABASE_URL"
    private static let sampleURL = "postgresql://USER:PASSWORD@HOST/DATABASE"

    /// Both files' texts, as the real readers take them; throws what keeps them from being any good.
    package func files() throws(OnboardingError) -> [(name: String, text: String)] {
        guard health != nil else { throw .noHealthEndpoint(filesSearched: survey.filesSearched) }
        let release = releaseText
        let configuration = configurationText
        do {
            _ = try ReleaseManifest.parse(release)
        } catch {
            throw .refused(file: Self.releaseFile, reason: error.description)
        }
        do {
            let variables = [Self.databaseVariable: "postgresql://localhost/any"]
            _ = try Configuration.parse(configuration, variables: variables)
        } catch {
            throw .refused(file: Self.configurationFile, reason: error.description)
        }
        return [(Self.releaseFile, release), (Self.configurationFile, configuration)]
    }

    /// What a person types from here to the first deployment; `init` was the first of the five.
    ///
    /// `variables` are those of the shell that they are typed into.
    package func nextCommands(variables: [String: String]) -> [String] {
        let first = survey.migrations?.command ?? "switchyard doctor"
        // The control plane is started in the background, and may take its time.
        let pack = "switchyard release create . --wait 60"
        return [
            lacksVariable(in: variables) ? "export \(Self.databaseVariable)='\(Self.sampleURL)' && \(first)" : first,
            "switchyard serve &",
            survey.build.map { "\($0.value) && \(pack)" } ?? pack,
            "switchyard deploy \(survey.version.value)",
        ]
    }

    /// Whether the database has a URL and nothing says yet which.
    func lacksVariable(in variables: [String: String]) -> Bool {
        database.value == .url && variables[Self.databaseVariable, default: ""].isEmpty
    }
}
