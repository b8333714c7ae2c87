import Testing

/// The scans see what they are there for.
struct ScanTests {
    @Test func `a long function and a short one are told apart`() {
        let lines =
            ["struct A {", "    func short() {", "        work()", "    }", "    package init() {"]
            + Array(repeating: "        work()", count: 80) + ["    }", "    func one() { work() }", "}"]
        let functions = FunctionScan.functions(in: lines)
        #expect(functions.map(\.line) == [2, 5, 87])
        #expect(functions.map(\.length) == [3, 82, 1])
    }

    @Test func `a type without its sentence is found, attributes between or not`() {
        let lines = [
            "/// Says what it is.", "package struct A {}", "", "package enum B {}", "/// Says it.", "@MainActor",
            "public final class C {}", "    package actor D {}", "struct Own {}",
        ]
        #expect(DocumentationScan.undocumentedTypes(in: lines) == [4, 8])
    }

    @Test(arguments: ["// let limit = 3", "    // work(now)", "// if done {", "// import Foundation", "// count = 4"])
    func `code in a comment is seen`(line: String) {
        #expect(CommentScan.isCode(line))
    }

    @Test(arguments: ["// Let it be; words do.", "/// let limit = 3", "let limit = 3", "// try again (see above)."])
    func `words in a comment are no code`(line: String) {
        #expect(!CommentScan.isCode(line))
    }

    @Test func `the tree has the files that this test lives in`() {
        #expect(SourceTree.files.contains { $0.path == "Tests/ArchitectureTests/ScanTests.swift" })
        #expect(SourceTree.files.contains { $0.target == "Domain" && !$0.isTest })
    }
}
