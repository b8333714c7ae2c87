import Domain
import Testing
import Traffic

@Suite struct MapEntryTests {
    @Test(arguments: [
        (
            "500:salt:s1:s2",
            Split(share: 500, salt: "salt", stable: SlotName(number: 1), candidate: SlotName(number: 2))
        ),
        ("0:0:s3:-", Split(share: 0, salt: "0", stable: SlotName(number: 3))),
        ("10000:a-b_c.d:-:s4", Split(share: 10_000, salt: "a-b_c.d", candidate: SlotName(number: 4))),
        ("0:0:-:-", Split()),
    ])
    func `an entry is printed as HAProxy reads it and read back`(text: String, split: Split) throws {
        #expect(try MapEntry(split).description == text)
        #expect(try MapEntry(parsing: text).split == split)
    }

    @Test(arguments: [
        "", "500", "500:salt:s1", "-1:salt:s1:s2", "10001:salt:s1:s2", "x:salt:s1:s2", "1:sa lt:s1:s2",
        "1::s1:s2", "1:salt:blue:s2", "1:salt:s1:s2:s3", "1:sa;lt:s1:s2",
    ])
    func `a text that is no entry is refused`(text: String) {
        #expect(throws: TrafficError.self) { try MapEntry(parsing: text) }
    }

    @Test(arguments: ["a:b", "a;b", "a b", "a\nb", ""])
    func `a salt that would break the map or a command is refused`(salt: String) {
        #expect(throws: TrafficError.self) { try MapEntry(Split(share: 1, salt: salt)) }
    }
}
