import Domain
import Foundation
import Testing

struct NameTests {
    @Test(arguments: ["a", "production", "dev-2", "x" + String(repeating: "9", count: 31)])
    func `an environment's name is accepted`(text: String) throws {
        #expect(try EnvironmentName(text).rawValue == text)
    }

    @Test(arguments: [
        "", "Production", "2dev", "-dev", "dev_1", "dév", "a b", "../x", String(repeating: "a", count: 33),
    ])
    func `another environment's name is refused with its rule`(text: String) {
        let error = #expect(throws: InvalidName.self) { try EnvironmentName(text) }
        #expect(
            error?.description == "'\(text)' is no valid environment name: use 1 to 32 lower-case letters, digits and "
                + "hyphens, a letter first.")
        #expect(EnvironmentName(rawValue: text) == nil)
    }

    @Test func `a text that is too long for its place is shortened to the same one every time, another to another`() {
        #expect("switchyard-production".shortened(toBytes: 32) == "switchyard-production")
        let long = "switchyard-" + String(repeating: "a", count: 31)
        let shortened = (long + "b").shortened(toBytes: 32)
        #expect(shortened == "switchyard-aaaa-ecc3ec76211e33a9")
        #expect(shortened.utf8.count == 32)
        #expect((long + "c").shortened(toBytes: 32) != shortened)
    }

    @Test(arguments: ["1", "1.1.0", "2026.11.22-3", "v1.0+build_7", String(repeating: "9", count: 64)])
    func `a version is accepted`(text: String) throws {
        #expect(try ReleaseVersion(text).rawValue == text)
    }

    @Test(arguments: ["", ".1", "-1", "1..0", "1/2", "1 0", "١", "1\n", String(repeating: "9", count: 65)])
    func `another version is refused with its rule`(text: String) {
        let error = #expect(throws: InvalidName.self) { try ReleaseVersion(text) }
        #expect(
            error?.description
                == "'\(text)' is no valid version name: use 1 to 64 letters, digits, dots, hyphens, plus "
                + "and underscores, a letter or digit first.")
    }

    @Test(arguments: ["s1", "s9", "s99"])
    func `a slot's name is accepted and knows its number`(text: String) throws {
        let name = try SlotName(text)
        #expect(SlotName(number: name.number) == name)
    }

    @Test(arguments: ["s0", "s01", "s100", "s-1", "s+1", "1", "S1", "s", ""])
    func `another slot's name is refused`(text: String) {
        #expect(throws: InvalidName.self) { try SlotName(text) }
    }

    @Test(arguments: [
        String(repeating: "A", count: 64), String(repeating: "g", count: 64), String(repeating: "a", count: 63),
        String(repeating: "a", count: 65), String(repeating: "a", count: 63) + "é",
    ])
    func `a digest of other digits or another length is refused`(text: String) {
        #expect(throws: InvalidName.self) { try ArtifactDigest(text) }
    }

    @Test func `process names are shorter than those of applications`() throws {
        let text = String(repeating: "a", count: 25)
        #expect(throws: InvalidName.self) { try ProcessName(text) }
        #expect(try ApplicationName(text).rawValue == text)
    }

    @Test func `a name keeps its rule when it is decoded`() throws {
        let bad = Data(#"["../etc"]"#.utf8)
        #expect(throws: InvalidName.self) { try JSONDecoder().decode([EnvironmentName].self, from: bad) }
        let good = try JSONDecoder().decode([EnvironmentName].self, from: Data(#"["dev"]"#.utf8))
        #expect(good == [EnvironmentName(unchecked: "dev")])
    }
}
