import Domain
import Yams

extension ValueReader where Value == AccessSettings {
    /// Who comes in, and from where.
    static var access: ValueReader {
        .mapping { keys in
            AccessSettings(
                networks: keys.optional(
                    "networks", .list(of: .text(), limit: 1_000),
                    "Networks from which protected environments may be called; any by default.") ?? [],
                signIn: keys.optional("sign_in", .signIn, "The OpenID Connect provider; only tokens by default."),
                vpn: keys.optional("vpn", .vpn, "The WireGuard network; none by default."),
                breakGlassNotice: keys.optional(
                    "break_glass_notice", .list(of: .text(), limit: 64),
                    "A command with its arguments that is told of every break-glass, as JSON on its standard input.")
                    ?? [],
                secretRecipients: keys.optional(
                    "secret_recipients", .list(of: .text(), limit: 100),
                    "Recipients of age to whom secrets of protected environments may be exported; none by default.")
                    ?? [])
        }
    }
}

extension ValueReader where Value == SignInSettings {
    fileprivate static var signIn: ValueReader {
        .mapping { keys in
            let issuer = keys.required("issuer", .text(), "The provider, exactly as it writes itself.")
            let client = keys.required("client_id", .text(), "What the provider calls Switchyard.")
            let secret = keys.optional(
                "client_secret", .expanded, "The client's secret, best as ${NAME}; none for a public client.")
            let address = keys.required(
                "address", .text(), "Where browsers reach the API, such as https://switchyard.example.com.")
            let name = keys.optional(
                "name", ValueReader<Bool>.choice(["email", "sub"]) { $0 == "email" },
                "Which claim names accounts: the verified email (the default) or sub.")
            let groups = keys.optional(
                "groups", .list(of: .text(), limit: 100), "Groups of which somebody must be in one.")
            let contexts = keys.optional(
                "contexts", .list(of: .text(), limit: 20),
                "Kinds of sign-in (acr) of which the provider must confirm one, such as mfa.")
            guard let issuer, let client, let address else { return nil }
            guard Self.isAddress(address) else {
                keys.report(
                    "address", "'sign_in.address' must be https://NAME, or http on this machine, without a path.")
                return nil
            }
            return SignInSettings(
                issuer: issuer, clientID: client, clientSecret: secret, address: address, isNamedByEmail: name ?? true,
                groups: groups ?? [], contexts: contexts ?? [])
        }
    }

    private static func isAddress(_ text: String) -> Bool {
        let local = /http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?/
        return text.wholeMatch(of: /https:\/\/[A-Za-z0-9.\-]{1,253}(:[0-9]{1,5})?/) != nil
            || text.wholeMatch(of: local) != nil
    }
}

extension ValueReader where Value == VPNSettings {
    fileprivate static var vpn: ValueReader {
        .mapping { keys in
            let network = keys.required("network", .text(), "Its addresses, such as 10.8.0.0/24.")
            let endpoint = keys.required(
                "endpoint", .text(), "Where the server is reached, such as vpn.example.com:51820.")
            let key = keys.required("public_key", .text(), "The server's, as 'wg pubkey' prints it.")
            let routes = keys.optional(
                "routes", .list(of: .text(), limit: 100), "Networks that peers reach through it.")
            let server = keys.optional("server_file", .localPath, "The server's file, which peers are written into.")
            let interface = keys.optional(
                "interface_file", .localPath, "The file with the server's [Interface] section, for 'server_file'.")
            if (server == nil) != (interface == nil) {
                keys.report(
                    server == nil ? "interface_file" : "server_file",
                    "'server_file' and 'interface_file' belong together; give both or none.")
            }
            guard let network, let endpoint, let key else { return nil }
            return VPNSettings(
                network: network, endpoint: endpoint, publicKey: key, routes: routes ?? [], serverFile: server,
                interfaceFile: interface)
        }
    }
}

extension ValueReader where Value == String {
    /// A text in which `${NAME}` stands for a variable; it is never repeated in a message.
    fileprivate static var expanded: ValueReader {
        let schema: JSONValue = .object(["type": .text("string")])
        return ValueReader(schema: { schema }) { node in
            guard let text = node.text, let value = node.expandingVariables(in: text) else { return nil }
            guard !value.isEmpty, !value.hasControlCharacters else {
                node.report("\(node.subject) must be a text on one line.")
                return nil
            }
            return value
        }
    }
}
