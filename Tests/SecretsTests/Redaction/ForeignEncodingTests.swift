import Foundation
import Secrets
import Testing

/// Secrets as the encoders of others write them.
@Suite(.timeLimit(.minutes(2))) struct ForeignEncodingTests {
    @Test(arguments: RedactionPatterns.Engine.allCases)
    func `what Python encodes is found`(engine: RedactionPatterns.Engine) async throws {
        try await expectRedacted(
            by: "python3", ["-c", Self.python, "-"], engine: engine)
    }

    @Test(arguments: RedactionPatterns.Engine.allCases)
    func `what Node encodes is found`(engine: RedactionPatterns.Engine) async throws {
        try await expectRedacted(by: "node", ["-e", Self.node], engine: engine)
    }

    /// The program reads a secret and prints an array of arrays, each with a label and the encoded text in hexadecimal.
    private func expectRedacted(
        by program: String, _ arguments: [String], engine: RedactionPatterns.Engine
    ) async throws {
        for value in RedactionSamples.values {
            let patterns = RedactionSamples.patterns([value], engine: engine)
            let printed = try await runForeign(program, arguments, input: Array(value.utf8))
            let forms = try JSONDecoder().decode([[String]].self, from: Data(printed))
            #expect(forms.count > 8)
            for form in forms {
                let encoded = try #require(Data(hexadecimal: form[1]))
                let redacted = RedactionSamples.redact(
                    [Array("<<".utf8)[...], Array(encoded)[...], Array(">>".utf8)[...]], patterns)
                #expect(redacted.text.contains("[redacted:STRIPE_SECRET_KEY]"), "\(form[0]) of \(value)")
                let shown = redacted.text.replacing("[redacted:STRIPE_SECRET_KEY]", with: "").utf8.count - 4
                #expect(shown <= (Int(form[2]) ?? 0), "\(form[0]) of \(value): \(redacted.text)")
            }
        }
    }

    /// Each with its label and how many characters around the secret's may stay.
    private static let python = """
        import base64, binascii, json, quopri, sys, urllib.parse
        secret = sys.stdin.buffer.read()
        text = secret.decode()
        forms = [
            ("raw", secret, 0), ("hex", secret.hex(), 0), ("HEX", secret.hex().upper(), 0),
            ("quote", urllib.parse.quote(text), 0), ("quote all", urllib.parse.quote(text, safe=""), 0),
            ("quote_plus", urllib.parse.quote_plus(text), 0), ("lower", urllib.parse.quote(text, safe="").replace("%", "%"), 0),
            ("every byte", "".join(f"%{byte:02X}" for byte in secret), 0),
            ("every byte, lower", "".join(f"%{byte:02x}" for byte in secret), 0),
            ("json", json.dumps(text)[1:-1], 0), ("json, unicode", json.dumps(text, ensure_ascii=False)[1:-1], 0),
            ("json, slashes", json.dumps(text).replace("/", "\\\\/")[1:-1], 0),
            ("json, units", "".join(f"\\\\u{int.from_bytes(text.encode('utf-16-be')[at:at + 2], 'big'):04x}"
                for at in range(0, len(text.encode("utf-16-be")), 2)), 0),
            ("json in json", json.dumps(json.dumps(text, ensure_ascii=False), ensure_ascii=False)[3:-3], 0),
            ("base64", base64.b64encode(secret), 0), ("base64url", base64.urlsafe_b64encode(secret), 0),
            ("base64 unpadded", base64.b64encode(secret).rstrip(b"="), 0),
            ("basic", base64.b64encode(b"user:" + secret), 8), ("basic, other", base64.b64encode(b"users:" + secret), 9),
            ("basic, third", base64.b64encode(b"people:" + secret), 11),
        ]
        print(json.dumps([[label, (form if isinstance(form, bytes) else form.encode()).hex(), str(shown)]
            for label, form, shown in forms]))
        """

    private static let node = """
        const secret = require("fs").readFileSync(0), text = secret.toString();
        const forms = [
            ["JSON.stringify", JSON.stringify(text).slice(1, -1)], ["encodeURIComponent", encodeURIComponent(text)],
            ["encodeURI", encodeURI(text)], ["URLSearchParams", new URLSearchParams({a: text}).toString().slice(2)],
            ["hex", secret.toString("hex")], ["base64", secret.toString("base64")],
            ["base64url", secret.toString("base64url")], ["latin1 of base64", Buffer.from(secret.toString("base64")).toString("latin1")],
            ["twice", JSON.stringify(JSON.stringify(text)).slice(3, -3)],
        ];
        console.log(JSON.stringify(forms.map(([label, form]) => [label, Buffer.from(form).toString("hex"), "0"])));
        """
}

extension Data {
    fileprivate init?(hexadecimal text: String) {
        let digits = Array(text.utf8)
        let bytes = stride(from: 0, to: digits.count, by: 2).map {
            UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
        }
        guard !bytes.contains(nil) else { return nil }
        self.init(bytes.compactMap(\.self))
    }
}
