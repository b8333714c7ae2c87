import Domain
import Foundation
import Yams

extension ValueReader where Value == String {
    /// A host name, in lower case.
    static var hostName: ValueReader {
        scalar("a host name such as freight.example.com, without port, path or wildcard") { node in
            node.text.map { $0.lowercased() }.flatMap { HostName.accepts($0) ? $0 : nil }
        }
    }

    /// An address to listen on: an IP address (IPv6 in brackets) or localhost, a colon and a port.
    static var listenAddress: ValueReader {
        scalar("an address and a port such as 127.0.0.1:8080, 0.0.0.0:80 or [::]:443") { node in
            node.text.flatMap { isListenAddress($0) ? $0 : nil }
        }
    }

    /// The address of a mailbox.
    static var emailAddress: ValueReader {
        scalar("an e-mail address such as operations@example.com") { node in
            let rule = /[A-Za-z0-9._%+][A-Za-z0-9._%+-]*@[A-Za-z0-9.-]{1,253}/
            return node.text.flatMap { $0.wholeMatch(of: rule) == nil ? nil : $0 }
        }
    }

    /// A URL that begins with https://.
    static var secureURL: ValueReader {
        scalar("a URL that begins with https://") { node in
            node.text.flatMap { text in
                text.hasPrefix("https://") && text.utf8.count <= 2_048
                    && text.utf8.allSatisfy { (0x21...0x7e).contains($0) } ? text : nil
            }
        }
    }

    private static func isListenAddress(_ text: String) -> Bool {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port), String(port) == text[text.index(after: colon)...]
        else { return false }
        let host = String(text[..<colon])
        var address = in6_addr()
        if host == "localhost" { return true }
        if host.hasPrefix("[") && host.hasSuffix("]") {
            return inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address) == 1
        }
        return inet_pton(AF_INET, host, &address) == 1
    }
}

enum HostName {
    /// Whether a lower-case text is a host name (RFC 1123): labels of letters, digits and inner hyphens.
    static func accepts(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...253).contains(text.utf8.count), let last = labels.last, !last.allSatisfy(\.isNumber) else {
            return false
        }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
        }
    }
}

extension ValueReader where Value == EnvironmentDefinition.Database {
    /// `embedded`, `none`, `secret`, or a mapping with the `url` of a PostgreSQL.
    static var database: ValueReader {
        let word = ValueReader.choice(["embedded", "none", "secret"]) {
            ["embedded": .embedded, "none": EnvironmentDefinition.Database.none, "secret": .secret][$0]
        }
        let url = ValueReader.mapping { keys in
            keys.required("url", .databaseURL, "postgresql://user:${PASSWORD}@host/database.").map { .url($0) }
        }
        return ValueReader(schema: { .object(["oneOf": .array([word.schema(), url.schema()])]) }) { node in
            if node.node.mapping != nil { return url.read(node) }
            if let text = node.text, text.contains("://") {
                node.report("a database's URL is written as {url: …}.")
                return nil
            }
            return word.read(node)
        }
    }
}

extension ValueReader where Value == String {
    /// A PostgreSQL URL in which `${NAME}` is replaced by the variable of that name.
    fileprivate static var databaseURL: ValueReader {
        let schema: JSONValue = .object(["type": .text("string"), "pattern": .text("^(postgres(ql)?://|\\$\\{)")])
        return ValueReader(schema: { schema }) { node in
            guard let text = node.text, let expanded = node.expandingVariables(in: text) else {
                if node.text == nil { node.refuse(expected: "a URL that begins with postgresql://") }
                return nil
            }
            // The URL itself may carry a password, so it is never repeated in the message.
            guard ["postgresql://", "postgres://"].contains(where: expanded.hasPrefix), !expanded.hasControlCharacters
            else {
                node.report("\(node.subject) must be a URL that begins with postgresql://.")
                return nil
            }
            return expanded
        }
    }
}

extension SettingNode {
    /// The text with every `${NAME}` replaced, or nil after the missing variable has been reported.
    func expandingVariables(in text: String) -> String? {
        var result = ""
        var rest = text[...]
        while let start = rest.range(of: "${") {
            guard let end = rest.range(of: "}", range: start.upperBound..<rest.endIndex) else {
                report("\(subject) has '${' without its '}'.")
                return nil
            }
            let name = String(rest[start.upperBound..<end.lowerBound])
            guard let value = document.variables[name], !value.isEmpty else {
                report("\(subject) uses ${\(name.shortened)}, which is not set; set it where Switchyard is started.")
                return nil
            }
            result += rest[..<start.lowerBound] + value
            rest = rest[end.upperBound...]
        }
        return result + rest
    }
}
