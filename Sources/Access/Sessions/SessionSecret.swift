import Crypto
import Foundation

/// What a browser holds of its session: 256 random bits, in a cookie that only our own host gets and no script reads.
package struct SessionSecret: Sendable, CustomStringConvertible {
    /// `__Host-`: browsers take such a cookie only from this very host over TLS (or loopback), so that no
    /// neighbouring host can plant one (RFC 6265bis 4.1.3.2).
    package static let cookieName = "__Host-switchyard"
    private static let digits = 64
    private let text: String

    init(random: RandomBytes) { text = random.hexadecimal(bytes: Self.digits / 2) }

    /// Takes the value of a cookie; nil where it can't be one of ours.
    package init?(_ text: String) {
        guard text.utf8.count == Self.digits, text.isLowercaseHexadecimal else { return nil }
        self.text = text
    }

    /// Finds the session in the text of a Cookie header; nil where there is none, or more than one.
    package init?(cookieHeader: String) {
        guard let value = CookieText.value(of: Self.cookieName, in: cookieHeader) else { return nil }
        self.init(value)
    }

    package var digest: SecretDigest { SecretDigest(of: text) }

    /// The text of the Set-Cookie header; Lax, because the identity provider leads back here from another site.
    package var setCookie: String { CookieText.setting(Self.cookieName, to: text, maxAge: Limits.sessionAge) }

    /// The text of the Set-Cookie header that takes the cookie away.
    package static var clearCookie: String { CookieText.setting(cookieName, to: "", maxAge: 0) }

    /// What forms and scripts of our own pages send beside the cookie; another site can't read it.
    ///
    /// It follows from the session's secret, so it needs no place in the store and ends with the session.
    package var formToken: String {
        let code = HMAC<SHA256>.authenticationCode(for: Self.purpose, using: SymmetricKey(data: Array(text.utf8)))
        return Array(code).hexadecimal
    }

    /// Whether a header or a form field brought this session's token, compared in constant time.
    package func accepts(formToken: String?) -> Bool {
        guard let formToken, formToken.utf8.count == Self.digits else { return false }
        return SecretDigest(of: formToken) == SecretDigest(of: self.formToken)
    }

    package var description: String { "a session" }

    private static let purpose = Array("switchyard form token".utf8)
}

/// Cookies as they stand in headers.
enum CookieText {
    static func setting(_ name: String, to value: String, maxAge: TimeInterval) -> String {
        "\(name)=\(value); Path=/; Max-Age=\(Int(maxAge)); Secure; HttpOnly; SameSite=Lax"
    }

    /// The one value of a cookie; none where a browser sends two of that name, as after somebody planted one.
    static func value(of name: String, in header: String) -> String? {
        let values = header.split(separator: ";").compactMap { pair -> String? in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == name[...] else { return nil }
            return String(parts[1]).trimmingCharacters(in: .whitespaces)
        }
        return values.count == 1 ? values[0] : nil
    }
}
