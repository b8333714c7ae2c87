import Domain
import Foundation
import LoadTesting
import Testing

@testable import Secrets

/// Secrets in a stream, wherever it is cut, with either engine.
@Suite(.timeLimit(.minutes(5))) struct RedactorTests {
    static let engines = RedactionPatterns.Engine.allCases

    @Test func `hyperscan is here, so that the tests below try both engines`() {
        #expect(RedactionPatterns.hasHyperscan, "install Debian's libhyperscan5 (libvectorscan5 on other processors)")
        #expect(RedactionSamples.patterns(["secret value"]).engine == .hyperscan)
        #expect(RedactionSamples.patterns(["secret value"], engine: .portable).engine == .portable)
    }

    @Test(arguments: engines, RedactionSamples.values)
    func `each encoding of a secret is found at each place where the stream may be cut`(
        engine: RedactionPatterns.Engine, value: String
    ) throws {
        let patterns = RedactionSamples.patterns([value], engine: engine)
        for form in SecretEncodings.all(of: Array(value.utf8)) {
            let text = Array("before ".utf8) + form + Array(" behind\n".utf8)
            let whole = RedactionSamples.redact([text[...]], patterns)
            #expect(whole.text == "before [redacted:STRIPE_SECRET_KEY] behind\n", "\(form.text)")
            for place in 0...text.count {
                let cut = RedactionSamples.redact([text[..<place], text[place...]], patterns)
                guard cut == whole else {
                    Issue.record("\(form.text) cut at \(place): \(cut.text)")
                    break
                }
            }
            let bytewise = RedactionSamples.redact(text.indices.map { text[$0...$0] }, patterns)
            #expect(bytewise == whole)
        }
    }

    @Test(arguments: engines, RedactionSamples.values)
    func `what is within Base64 of a longer text is found at all three alignments`(
        engine: RedactionPatterns.Engine, value: String
    ) {
        let patterns = RedactionSamples.patterns([value], engine: engine)
        for before in 0..<7 {
            for behind in 0..<4 {
                let around = String(repeating: "x", count: before) + value + String(repeating: "y", count: behind)
                for encoded in [
                    Data(around.utf8).base64EncodedString(),
                    Data(around.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                        .replacing("=", with: ""),
                ] {
                    let redacted = Redactor.redacting(encoded, patterns)
                    #expect(redacted.contains("[redacted:STRIPE_SECRET_KEY]"), "\(before), \(behind): \(encoded)")
                    // At most one character before and one behind, which the value shares with its neighbours.
                    let left = redacted.split(
                        separator: "[redacted:STRIPE_SECRET_KEY]", omittingEmptySubsequences: false)
                    let shown = left.reduce(0) { $0 + $1.filter { $0 != "=" }.count }
                    #expect(shown <= (8 * before + 5) / 6 + (8 * behind + 5) / 6 + 1, "\(redacted)")
                }
            }
        }
    }

    @Test(arguments: engines)
    func `a random text with random secrets comes out as the slow way says, however it is cut`(
        engine: RedactionPatterns.Engine
    ) {
        for seed in 0..<60 as Range<UInt64> {
            var generator = SplitMix64(state: seed)
            // Few letters, so that secrets overlap each other and themselves.
            let letters = Array((seed % 3 == 0 ? "ab" : seed % 3 == 1 ? "abc\n" : "abcdefghij\"%=+/ \n").utf8)
            func random(_ lengths: ClosedRange<Int>) -> [UInt8] {
                (0..<Int.random(in: lengths, using: &generator)).map { _ in letters.randomElement(using: &generator)! }
            }
            let names = (0..<5).map { VariableName(unchecked: "NAME_\($0)") }
            let secrets = names.map { (name: $0, secret: Secret(random(6...14))) }
            let patterns = RedactionPatterns(secrets, engine: engine)
            // In an order of their own, so that a seed gives the same text each time.
            let forms = secrets.flatMap { SecretEncodings.all(of: $0.secret.withBytes { Array($0) }) }
                .sorted { $0.lexicographicallyPrecedes($1) }
            let text = (0..<40).flatMap { _ in
                Bool.random(using: &generator)
                    ? random(0...9) : forms.randomElement(using: &generator)!.shuffledHead(&generator)
            }
            // Half a hexadecimal form may look like a card.
            let expected = RedactionSamples.redact([SlowRedaction(secrets).redact(text)[...]], .none)
            #expect(RedactionSamples.redact([text[...]], patterns) == expected, "seed \(seed)")
            for longest in [1, 3, 17, 200] {
                let pieces = RedactionSamples.cut(text, longest: longest, using: &generator)
                let redacted = RedactionSamples.redact(pieces, patterns)
                #expect(redacted == expected, "seed \(seed), pieces of \(longest) at most")
            }
        }
    }

    @Test(arguments: engines)
    func `a long secret is found whole and in part, as one`(engine: RedactionPatterns.Engine) {
        var generator = SplitMix64(state: 7)
        let value = (0..<3_000).map { _ in UInt8.random(in: 33...126, using: &generator) }
        let patterns = RedactionPatterns([(RedactionSamples.name, Secret(value))], engine: engine)
        for form in SecretEncodings.all(of: value) where form.count > 2_900 {
            let text = Array("a".utf8) + form + Array(" b".utf8)
            for place in stride(from: 0, through: text.count, by: 61) {
                let redacted = RedactionSamples.redact([text[..<place], text[place...]], patterns).text
                #expect(redacted == "a[redacted:STRIPE_SECRET_KEY] b")
            }
        }
        let half = RedactionSamples.redact([value[..<1_500]], patterns)
        #expect(half.text.hasPrefix("[redacted:STRIPE_SECRET_KEY]") && half.count < 28 + 128)
    }

    @Test(arguments: engines)
    func `a key of many lines is found as a whole, line by line and as broken Base64`(
        engine: RedactionPatterns.Engine
    ) async throws {
        let bytes = (0..<400).map { UInt8(truncatingIfNeeded: $0 &* 97 &+ $0 >> 3) }
        let body = Data(bytes).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        let value = "-----BEGIN PRIVATE KEY-----\n\(body)\n-----END PRIVATE KEY-----\n"
        let patterns = RedactionSamples.patterns([value], engine: engine)
        let lines = body.split(separator: "\n")
        let whole = Redactor.redacting("key: \(value)", patterns)
        let prefixed = Redactor.redacting(value.split(separator: "\n").map { "2026-11-28 \($0)\n" }.joined(), patterns)
        let wrapped = try await runForeign("base64", input: Array(value.utf8)).text
        let broken = Redactor.redacting(wrapped, patterns)
        for line in lines where line.count >= 16 {
            for text in [whole, prefixed] { #expect(!text.contains(line)) }
        }
        for line in wrapped.split(separator: "\n") where line.count >= 16 { #expect(!broken.contains(line)) }
    }

    @Test(arguments: engines)
    func `the lines of a secret are found however they are indented`(engine: RedactionPatterns.Engine) {
        let patterns = RedactionSamples.patterns(["{\n    \"private_key\": \"MIIBVgIBADANBg\"\n}\n"], engine: engine)
        #expect(
            Redactor.redacting("key:\n\t\"private_key\": \"MIIBVgIBADANBg\"\n", patterns)
                == "key:\n\t[redacted:STRIPE_SECRET_KEY]\n")
    }

    @Test(arguments: engines)
    func `passwords within URLs are found on their own`(engine: RedactionPatterns.Engine) {
        let patterns = RedactionPatterns(
            [
                (
                    VariableName(unchecked: "DATABASE_URL"),
                    Secret("postgres://app:s3cr3t%40pw%2F1@db:5432/app?sslpassword=keyp4ss")
                ),
                (VariableName(unchecked: "REDIS_URL"), Secret("redis://:lonely-p@ss@cache:6379/0")),
                (VariableName(unchecked: "SAME_URL"), Secret("postgres://freight:freight@db/freight")),
            ], engine: engine)
        let cases = [
            ("s3cr3t%40pw%2F1", "[redacted:DATABASE_URL]"), ("s3cr3t@pw/1", "[redacted:DATABASE_URL]"),
            ("keyp4ss", "[redacted:DATABASE_URL]"), ("lonely-p@ss", "[redacted:REDIS_URL]"),
            ("password authentication failed for user \"app\"", "password authentication failed for user \"app\""),
            ("the freight company", "the freight company"), ("db:5432", "db:5432"),
            (Data("s3cr3t@pw/1".utf8).base64EncodedString(), "[redacted:DATABASE_URL]"),
        ]
        for (text, expected) in cases { #expect(Redactor.redacting(text, patterns) == expected) }
    }

    @Test(arguments: engines)
    func `a line is passed on at once unless something secret may begin in it`(engine: RedactionPatterns.Engine) {
        var redactor = Redactor(RedactionSamples.patterns(["hidden value", "two lines\nof secret"], engine: engine))
        #expect(redactor.feed("an ordinary line\n".utf8).text == "an ordinary line\n")
        #expect(redactor.feed("a prompt without an end: ".utf8).text == "a prompt without an end: ")
        #expect(redactor.feed("the hidden val".utf8).text == "the ")
        #expect(redactor.feed("ley\n".utf8).text == "hidden valley\n")
        #expect(redactor.feed("here: two lines\n".utf8).text == "here: ")
        #expect(redactor.feed("of secr".utf8).text == "")
        #expect(redactor.feed("et\n".utf8).text == "[redacted:STRIPE_SECRET_KEY]\n")
        #expect(redactor.feed("two lin".utf8).text == "")
        #expect(redactor.finish().text == "two lin")
        #expect(redactor.feed("hidden value".utf8).text + redactor.finish().text == "[redacted:STRIPE_SECRET_KEY]")
    }

    @Test(arguments: engines)
    func `no more than the longest literal is ever held back`(engine: RedactionPatterns.Engine) {
        let patterns = RedactionSamples.patterns([String(repeating: "a", count: 200)], engine: engine)
        var redactor = Redactor(patterns)
        var (given, taken) = (0, 0)
        for _ in 0..<500 {
            given += 7
            taken += redactor.feed(Array(repeating: UInt8(ascii: "b"), count: 7)).count
            #expect(given - taken <= Limits.wholeLiteralBytes)
        }
    }

    @Test(arguments: engines)
    func `new secrets are looked for at once, also in what is held back`(engine: RedactionPatterns.Engine) {
        var redactor = Redactor(RedactionSamples.patterns(["first value"], engine: engine))
        #expect(redactor.feed("second value, first va".utf8).text == "second value, ")
        redactor.replacePatterns(RedactionSamples.patterns(["first value", "second value"], engine: engine))
        let rest = redactor.feed("lue, second value.".utf8) + redactor.finish()
        #expect(rest.text == "[redacted:STRIPE_SECRET_KEY], [redacted:STRIPE_SECRET_KEY].")
    }

    @Test(arguments: engines)
    func `values too short are left alone, and so is all where there is no secret`(engine: RedactionPatterns.Engine) {
        let short = RedactionSamples.patterns(["12345", ""], engine: engine)
        #expect(short.engine == nil && short.literalCount == 0)
        #expect(Redactor.redacting("12345 and more", short) == "12345 and more")
        #expect(Redactor.redacting("anything", .none) == "anything")
    }

    @Test(arguments: engines)
    func `what a cut stream holds of a secret is not passed on, and nothing else is lost`(
        engine: RedactionPatterns.Engine
    ) {
        let patterns = RedactionSamples.patterns(["hidden value"], engine: engine)
        for (text, passed) in [
            ("all of it\n", "all of it\n"), ("key=hidden va", "key=[redacted: the log was cut here]\n"),
            ("paid by 4242 4242 42", "paid by [redacted: the log was cut here]\n"),
        ] {
            var redactor = Redactor(patterns)
            let before = redactor.feed(text.utf8)
            #expect(redactor.holdsBack == (text != passed))
            #expect((before + redactor.abandon()).text == passed)
            #expect(!redactor.holdsBack)
        }
    }

    @Test(arguments: engines)
    func `a value that two secrets have is shown under the first name`(engine: RedactionPatterns.Engine) {
        let patterns = RedactionPatterns(
            ["B_KEY", "A_KEY"].map { (VariableName(unchecked: $0), Secret("one value")) }, engine: engine)
        #expect(Redactor.redacting("one value", patterns) == "[redacted:A_KEY]")
    }

    @Test(arguments: engines)
    func `bytes that are no text are passed on as they are`(engine: RedactionPatterns.Engine) {
        let patterns = RedactionSamples.patterns(["hidden value"], engine: engine)
        let bytes = (0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 31) | 0x80 }
        #expect(RedactionSamples.redact([bytes[...]], patterns) == bytes)
    }

    @Test(arguments: engines)
    func `streams at once share the patterns and do not disturb each other`(
        engine: RedactionPatterns.Engine
    ) async throws {
        let patterns = RedactionSamples.patterns(RedactionSamples.values, engine: engine)
        let text = Array(RedactionSamples.values.map { "a \($0) b\n" }.joined().utf8)
        let expected = RedactionSamples.redact([text[...]], patterns)
        await withTaskGroup(of: Bool.self) { group in
            for seed in 0..<8 as Range<UInt64> {
                group.addTask {
                    var generator = SplitMix64(state: seed)
                    return (0..<50).allSatisfy { _ in
                        let pieces = RedactionSamples.cut(text, longest: 40, using: &generator)
                        return RedactionSamples.redact(pieces, patterns) == expected
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}

extension [UInt8] {
    /// Whole, or broken off.
    fileprivate func shuffledHead(_ generator: inout SplitMix64) -> [UInt8] {
        Bool.random(using: &generator) ? self : Array(prefix(Int.random(in: 0...count, using: &generator)))
    }
}

/// Redaction by looking for each form at each place of a whole text: what the redactor is compared with.
private struct SlowRedaction {
    private let forms: [(form: [UInt8], name: VariableName)]

    init(_ secrets: [(name: VariableName, secret: Secret)]) {
        var owners: [[UInt8]: VariableName] = [:]
        for (name, secret) in secrets {
            let value = secret.withBytes { Array($0) }
            var all = SecretParts.all(of: value).reduce(into: Set<[UInt8]>()) {
                $0.formUnion(SecretEncodings.all(of: $1))
            }
            for line in SecretParts.lines(of: value) {
                all.insert(line)
                for style in JSONStyle.all { all.insert(SecretEncodings.json(line, style: style)) }
            }
            for form in all { owners[form] = Swift.min(owners[form] ?? name, name) }
        }
        forms = owners.map { ($0.key, $0.value) }
    }

    func redact(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var position = 0
        var last: VariableName?
        while position < text.count {
            guard let first = longest(at: position, in: text) else {
                output.append(text[position])
                last = nil
                position += 1
                continue
            }
            if last != first.name { output += Array("[redacted:\(first.name)]".utf8) }
            last = first.name
            var end = position + first.form.count
            position += 1
            // What begins within is part of it.
            while position < end {
                if let next = longest(at: position, in: text) { end = Swift.max(end, position + next.form.count) }
                position += 1
            }
        }
        return output
    }

    private func longest(at place: Int, in text: [UInt8]) -> (form: [UInt8], name: VariableName)? {
        forms.filter { text[place...].starts(with: $0.form) }.max { $0.form.count < $1.form.count }
    }
}
