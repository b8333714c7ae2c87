import Foundation
import Testing

@testable import Secrets

/// A secret shows itself to nobody who does not ask.
struct SecretTests {
    private static let value = "whsec_5f2a9c71e0"
    private let secret = Secret(Self.value)

    @Test func `no way of printing shows the value`() {
        struct Holder {
            let name = "STRIPE_SECRET_KEY"
            let secret: Secret
        }
        var dumped = ""
        dump(Holder(secret: secret), to: &dumped)
        var dumpedAlone = ""
        dump(secret, to: &dumpedAlone)
        let shown = [
            "\(secret)", String(describing: secret), String(reflecting: secret), secret.debugDescription, dumped,
            dumpedAlone, "\(Holder(secret: secret))", "\([secret])", "\(["key": secret])", "\(Optional(secret) as Any)",
            String(reflecting: Mirror(reflecting: secret).children.map { $0 }), "\(Mirror(reflecting: secret))",
        ]
        for text in shown { #expect(!text.contains("whsec")) }
        #expect("\(secret)" == "[secret]")
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test func `a secret can't be encoded by mistake`() {
        #expect(!((secret as Any) is any Encodable))
    }

    @Test func `whoever asks by name gets the value`() {
        #expect(secret.reveal() == Self.value)
        #expect(secret.withBytes { Array($0) } == Array(Self.value.utf8))
        #expect(secret.count == 16)
        #expect(Secret([0xFF, 0xFE]).reveal() == nil)
        #expect(Secret("").withBytes { $0.isEmpty })
    }

    @Test(arguments: [("", ""), ("a", "a"), ("whsec", "whsec")])
    func `equal values are equal`(left: String, right: String) {
        #expect(Secret(left) == Secret(right))
    }

    @Test(arguments: [("", "a"), ("a", "b"), ("whsec", "whseC"), ("whsec", "Whsec"), ("whsec", "whsec ")])
    func `values that differ anywhere are not`(left: String, right: String) {
        #expect(Secret(left) != Secret(right))
    }
}
