/// What a key of a payment provider is for, as its form tells.
package enum PaymentKey: String, Sendable {
    /// It moves money.
    case live
    /// It moves none.
    case test

    /// Beginnings of keys: Stripe's (docs.stripe.com/keys), Square's and Braintree's access tokens.
    private static let beginnings: [(text: String, key: PaymentKey)] = [
        ("sk_live_", .live), ("rk_live_", .live), ("pk_live_", .live), ("sk_test_", .test), ("rk_test_", .test),
        ("pk_test_", .test), ("sq0idp-", .live), ("sandbox-sq0id", .test), ("access_token$production$", .live),
        ("access_token$sandbox$", .test),
    ]

    /// Nil for what is none that is known.
    package init?(_ value: String) {
        guard let known = Self.beginnings.first(where: { value.hasPrefix($0.text) }) else { return nil }
        self = known.key
    }

    /// Whether an environment with data of this kind may have it: test keys where users pay would give goods away, live
    /// keys elsewhere would take money for nothing.
    package func isFit(for data: DataClass) -> Bool { (self == .live) == (data == .live) }
}
