import DurableFiles
import Foundation
import Glibc
import Onboarding
import Testing

/// What cannot be taken up is refused with one sentence, and nothing is changed.
struct RefusalTests {
    private static let refusals: [(files: [String: String], sentence: String)] = [
        (["README.md": "words"], "says what runs (looked for Procfile, Dockerfile"),
        (
            ["package.json": "{\"scripts\": {\"test\": \"jest\"}}"],
            "says that this is a Node application, but not which"
        ),
        (
            ["api/Procfile": "web: a\n", "shop/Procfile": "web: b\n"],
            "api/Procfile and shop/Procfile each say what runs, and a release is one application: run 'switchyard init' "
                + "in api or shop, or put one Procfile here"
        ),
        (
            ["Procfile": "web: a\n", "shop/Procfile": "web: b\n"],
            "Procfile and shop/Procfile each say what runs, and a release is one application: run 'switchyard init' in "
                + "shop, or put one"
        ),
        (["shop/Procfile": "web: b\n"], "but shop/Procfile does: run 'switchyard init' in shop."),
        (["Procfile": "web: a\nworker: b\nweb: c\n"], "'web' on the lines 1 and 3"),
        (["Procfile": "worker: b\n"], "has no process 'web', to which the users' requests go: add the line"),
        (["Procfile": "web a\n"], "Procfile:1: write each process as 'name: command'"),
        (["Procfile": "web:\n"], "Procfile:1: 'web' has no command: write it behind the colon"),
        (["Procfile": "web: a\n2nd: b\n"], "Procfile:2: '2nd' is no process name"),
        (["Procfile": (0...32).map { "p\($0): run\n" }.joined()], "has 33 processes and a release at most 32"),
        (["Procfile": "web: a\n", "app.py": "x = 1\n"], "None of 1 source files has a health endpoint"),
        (["Procfile": "web: ../a\n", "app.py": "'/health'\n"], "outside the release"),
        (["Procfile": "web: a\n", "app.py": "'/health'\n", "release.yaml": "mine"], "release.yaml is there already"),
    ]

    @Test(arguments: refusals.indices)
    func `a repository that cannot be taken up keeps every file as it was`(index: Int) async throws {
        let (files, sentence) = Self.refusals[index]
        try await TemporaryRepository.use(files) { repository in
            let before = repository.content
            let error = #expect(throws: OnboardingError.self) {
                try DraftWriter.write(Draft(repository.survey), into: repository.repository, replacing: false)
            }
            let text = try #require(error).description
            #expect(text.contains(sentence), "\(text)")
            #expect(!text.contains("\n"), "one sentence")
            #expect(repository.content == before)
        }
    }

    @Test func `files that are there are replaced only when that is asked for`() async throws {
        let files = [
            "Procfile": "web: a\n", "app.py": "'/health'\n", "release.yaml": "mine", "switchyard.yaml": "mine",
        ]
        try await TemporaryRepository.use(files) { repository in
            let draft = Draft(try repository.survey)
            #expect(throws: OnboardingError.filesExist(["release.yaml", "switchyard.yaml"])) {
                try DraftWriter.write(draft, into: repository.repository, replacing: false)
            }
            #expect(repository.content == files)
            chmod("\(repository.folder)/switchyard.yaml", 0o600)
            let outcome = try DraftWriter.write(draft, into: repository.repository, replacing: true)
            #expect(repository.content["release.yaml"]?.contains("name: notes") == true)
            #expect(repository.content["switchyard.yaml"]?.contains("application: notes") == true)
            #expect(outcome.kept == ["release.yaml.old", "switchyard.yaml.old"])
            for kept in outcome.kept { #expect(repository.content[kept] == "mine") }
            let kept = try FileManager.default.attributesOfItem(atPath: "\(repository.folder)/switchyard.yaml.old")
            #expect(kept[.posixPermissions] as? Int == 0o600, "it may hold a password")
        }
    }

    @Test func `what was kept before is never written over, and nothing is kept of what stays the same`() async throws {
        let files = ["Procfile": "web: a\n", "app.py": "'/health'\n"]
        try await TemporaryRepository.use(files) { repository in
            let draft = Draft(try repository.survey)
            func write() throws -> [String] {
                try DraftWriter.write(draft, into: repository.repository, replacing: true).kept
            }
            for _ in 1...2 {
                let kept = try write()
                #expect(kept == [])
            }
            for (text, copy) in [("first", "release.yaml.old"), ("second", "release.yaml.old-2")] {
                try text.write(toFile: "\(repository.folder)/release.yaml", atomically: false, encoding: .utf8)
                let kept = try write()
                #expect(kept == [copy])
                #expect(repository.content[copy] == text)
            }
            #expect(repository.content["release.yaml.old"] == "first")
        }
    }

    @Test(arguments: [["release.yaml": "mine", "switchyard.yaml": "mine"], ["switchyard.yaml": "mine"], [:]])
    func `when the second file cannot be written, both are as they were`(existing: [String: String]) async throws {
        let files = ["Procfile": "web: a\n", "app.py": "'/health'\n"].merging(existing) { $1 }
        try await TemporaryRepository.use(files) { repository in
            // Where the second one's text would be written first.
            let obstacle = "\(repository.folder)/switchyard.yaml.\(getpid()).tmp"
            try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: false)
            let draft = Draft(try repository.survey)
            #expect(throws: FileFault.self) {
                try DraftWriter.write(draft, into: repository.repository, replacing: true)
            }
            #expect(repository.content == files)
        }
    }

    @Test func `a folder that is none is named`() {
        #expect(throws: OnboardingError.notAFolder(path: "/nowhere/at/all")) {
            try Repository(folder: "/nowhere/at/all")
        }
    }
}
