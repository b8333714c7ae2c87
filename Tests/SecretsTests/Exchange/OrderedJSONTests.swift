import Foundation
import Testing

@testable import Secrets

/// JSON whose order counts, read strictly.
struct OrderedJSONTests {
    @Test func `members keep their order and numbers their form`() throws {
        let value = try read(#" {"z": 1.50, "a": [true, null, -0e+1], "m": {"y": "", "b": "\u00fc\ud83d\ude00\/"}} "#)
        #expect(value.members?.map(\.key) == ["z", "a", "m"])
        #expect(value["z"] == .number("1.50"))
        #expect(value["a"]?.elements == [.bool(true), .null, .number("-0e+1")])
        #expect(value["m"]?["b"]?.text == "ü😀/")
    }

    @Test(arguments: [
        "", "{", "}", "[1,]", "[1 2]", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#, #"{"a":1}{"#, "01", "1.", ".5",
        "1e",
        "-", "+1", "nul", "True", "NaN", "'a'", "\"a", "\"\u{1}\"", #""\x""#, #""\u12""#, #""\ud800""#,
        #""\ud800\u0041""#,
        #""\udc00""#, #"{"a":1,"a":1}"#, "\u{FEFF}{}", "[1] 2", "/* */ 1", String(repeating: "[", count: 40) + "1",
    ])
    func `what is no JSON is refused`(text: String) {
        #expect(throws: SecretsError.self) { try read(text) }
    }

    @Test func `what is no UTF-8 is refused`() {
        #expect(throws: SecretsError.self) { try OrderedJSONReader.read([0x22, 0xFF, 0x22]) }
    }

    @Test func `the line of a fault is told`() {
        let error = #expect(throws: SecretsError.self) { try read("{\n\"a\": 1,\n\"b\" 2}") }
        #expect(error?.description.contains("line 3") == true)
    }

    @Test func `what is written is what others read`() throws {
        let text = "quote \" backslash \\ slash / newline \n tab \t bell \u{7} ü 😀 \u{2028}"
        let value = OrderedJSON.object([
            .init(key: "b", value: .string(text)),
            .init(key: text, value: .array([.bool(false), .null, .number("1.5")])),
            .init(key: "empty", value: .object([])),
        ])
        let encoded = value.encoded()
        #expect(try OrderedJSONReader.read(Array(encoded.utf8)) == value)
        let others = try #require(
            try JSONSerialization.jsonObject(with: Data(encoded.utf8)) as? [String: Any])
        #expect(others["b"] as? String == text && others.count == 3)
    }

    private func read(_ text: String) throws -> OrderedJSON {
        try OrderedJSONReader.read(Array(text.utf8))
    }
}
