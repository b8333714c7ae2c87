import Foundation
import LoadTesting
import Secrets
import Testing

/// Card numbers in a stream: found wherever it is cut, and nothing else taken for one.
@Suite(.timeLimit(.minutes(2))) struct CardMaskTests {
    static let cards = [
        ("4242424242424242", "424242******4242"), ("4242 4242 4242 4242", "4242 42** **** 4242"),
        ("4242-4242-4242-4242", "4242-42**-****-4242"), ("5555555555554444", "555555******4444"),
        ("2223003122003222", "222300******3222"), ("378282246310005", "378282*****0005"),
        ("3782 822463 10005", "3782 82**** *0005"), ("6011111111111117", "601111******1117"),
        ("30569309025904", "305693****5904"), ("36227206271667", "362272****1667"),
        ("3566002020360505", "356600******0505"), ("6200000000000005", "620000******0005"),
        ("4222222222222", "422222***2222"), ("6759649826438453", "675964******8453"),
        ("4000000000000000006", "400000*********0006"), ("9792030394440796", "979203******0796"),
        ("135410014004955", "135410*****4955"), ("4242.4242.4242.4242", "4242.42**.****.4242"),
        ("4242+4242+4242+4242", "4242+42**+****+4242"), ("4242%204242%204242%204242", "4242%2042**%20****%204242"),
        ("3782\t822463\t10005", "3782\t82****\t*0005"),
        ("4242\u{a0}4242\u{a0}4242 4242", "4242\u{a0}42**\u{a0}**** 4242"),
    ]

    @Test(arguments: cards)
    func `a card number shows six digits and four at most, wherever the stream is cut`(number: String, masked: String) {
        for (before, behind) in [
            ("", ""), ("card ", " paid\n"), ("{\"pan\":\"", "\"}"), ("n", "x"), ("\\n", "\\n"), ("=", "&a=1"),
            ("%20", "%0A"), ("%3D", ";"),
        ] {
            let text = Array("\(before)\(number)\(behind)".utf8)
            let expected = "\(before)\(masked)\(behind)"
            #expect(Redactor.redacting(text.text, .none) == expected)
            for place in 0...text.count {
                #expect(RedactionSamples.redact([text[..<place], text[place...]], .none).text == expected)
            }
            #expect(RedactionSamples.redact(text.indices.map { text[$0...$0] }, .none).text == expected)
        }
    }

    @Test(arguments: [
        "4242424242424241", "1764340045123", "1764340045123456789", "2026-11-28 15:27:25.123456", "0000000000000000",
        "4242 4242 4242", "42424242424242424242424242", "4242  4242  4242  4242",
        "4242.424242424242", "42+42+42+42+42+42+42+42", "4242%304242%304242%304242", "4242%2 4242%2 4242%2 4242",
        "deadbeefcafe4242424242424242abcd", "8ac76f04242424242424242", "+49 30 1234567890", "1234567890123452",
        "550e8400-e29b-41d4-a716-446655440000", "----------------", "                      ", "7777777777777777",
    ])
    func `what is no card number stays as it is`(text: String) {
        #expect(Redactor.redacting("a \(text) b", .none) == "a \(text) b")
    }

    @Test func `numbers beside each other are all masked`() {
        let text = "4242424242424242 5555555555554444,378282246310005 12 4242424242424242 7"
        #expect(
            Redactor.redacting(text, .none)
                == "424242******4242 555555******4444,378282*****0005 12 424242******4242 7")
    }

    @Test func `no card's middle digits are left in a random text, however it is cut`() {
        for seed in 0..<60 as Range<UInt64> {
            var generator = SplitMix64(state: seed)
            let fillers = [
                "4", "42", " ", "-", "x", "\n", "2026-11-28 15:27:25 ", "id=8f3a", "12345 ", "%20",
                "00000000000000000000000", "  ",
            ]
            let numbers = Self.cards.map(\.0)
            let text = (0..<30).map { _ in
                Int.random(in: 0..<3, using: &generator) == 0
                    ? " \(numbers.randomElement(using: &generator)!)." : fillers.randomElement(using: &generator)!
            }.joined()
            let bytes = Array(text.utf8)
            let whole = RedactionSamples.redact([bytes[...]], .none)
            #expect(whole.count == bytes.count)
            for number in numbers { #expect(!whole.text.contains(" \(number)."), "seed \(seed)") }
            for longest in [1, 2, 5, 23, 90] {
                let pieces = RedactionSamples.cut(bytes, longest: longest, using: &generator)
                #expect(RedactionSamples.redact(pieces, .none) == whole, "seed \(seed), pieces of \(longest) at most")
            }
        }
    }

    @Test func `a line that ends is passed on at once, and digits at its end are waited for`() {
        var redactor = Redactor(.none)
        #expect(redactor.feed("listening on port 8080\n".utf8).text == "listening on port 8080\n")
        #expect(redactor.feed("paid with 4242 4242".utf8).text == "paid with ")
        #expect(redactor.feed(" 4242 4242".utf8).text == "")
        #expect(redactor.feed("\n".utf8).text == "4242 42** **** 4242\n")
        #expect(redactor.feed(String(repeating: "1", count: 1_000).utf8).count == 1_000)
        #expect(redactor.feed("-".utf8).text == "-")
    }

    @Test(arguments: RedactionPatterns.Engine.allCases)
    func `secrets and cards in one stream are both found`(engine: RedactionPatterns.Engine) {
        let patterns = RedactionSamples.patterns(["hidden value"], engine: engine)
        #expect(
            Redactor.redacting("4242424242424242 hidden value 4242424242424242", patterns)
                == "424242******4242 [redacted:STRIPE_SECRET_KEY] 424242******4242")
    }
}
