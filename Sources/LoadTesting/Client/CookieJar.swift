/// The cookies that one client was given by one service: names and values, no paths, domains or dates.
struct CookieJar {
    private var values: [(name: String, value: String)] = []

    /// What the `Cookie` header says; `nil` without cookies.
    var header: String? {
        values.isEmpty ? nil : values.map { "\($0.name)=\($0.value)" }.joined(separator: "; ")
    }

    subscript(name: String) -> String? { values.first { $0.name == name }?.value }

    /// Takes the value of a `Set-Cookie` header; `Max-Age=0` removes the cookie, and what breaks the limits is ignored.
    mutating func store(setCookie: String) {
        guard setCookie.utf8.count <= Limits.cookieBytes else { return }
        let parts = setCookie.split(separator: ";").map { $0.trimmingSpaces() }
        guard let pair = parts.first, let equals = pair.firstIndex(of: "=") else { return }
        let name = String(pair[..<equals])
        values.removeAll { $0.name == name }
        let isRemoval = parts.dropFirst().contains { $0.lowercased() == "max-age=0" }
        guard !isRemoval, !name.isEmpty, values.count < Limits.cookiesPerIdentity else { return }
        values.append((name, String(pair[pair.index(after: equals)...])))
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> Substring {
        var rest = drop { $0 == " " }
        while rest.last == " " { rest.removeLast() }
        return rest
    }
}
