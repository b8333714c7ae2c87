import CPostgres
import Foundation

/// Where a database is and who asks: what libpq needs for a connection.
///
/// Printing it never shows the password.
package struct PostgresAddress: Sendable, Equatable {
    /// libpq's connection parameters by keyword (`host`, `port`, `user`, `password`, `dbname`, `sslmode`, …).
    package private(set) var parameters: [String: String]

    /// Takes a `postgres://` or `postgresql://` URL as libpq reads it; `?host=/folder` names a unix socket.
    ///
    /// TLS with a verified host name (`sslmode=verify-full`) is required unless the host is this machine or the URL
    /// says otherwise. Throws `PostgresError.invalidURL`.
    package init(url: String) throws {
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") else {
            throw PostgresError.invalidURL(reason: "it does not begin with postgres:// or postgresql://")
        }
        try self.init(parameters: Self.parse(url))
    }

    /// Takes libpq's parameters by keyword; the rule for TLS is that of `init(url:)`.
    package init(parameters: [String: String]) {
        self.parameters = parameters
        guard !isLocal else { return }
        if parameters["sslmode"] == nil { self.parameters["sslmode"] = "verify-full" }
        if parameters["sslrootcert"] == nil, FileManager.default.fileExists(atPath: Self.systemCertificates) {
            self.parameters["sslrootcert"] = Self.systemCertificates
        }
    }

    package var host: String? { parameters["host"] }
    package var port: Int { parameters["port"].flatMap { Int($0) } ?? 5432 }
    package var user: String? { parameters["user"] }
    package var password: String? { parameters["password"] }
    package var database: String? { parameters["dbname"] }

    /// Whether the server is on this machine: a unix socket or a loopback address.
    package var isLocal: Bool {
        guard let host = parameters["hostaddr"] ?? parameters["host"], !host.isEmpty else { return true }
        return host.split(separator: ",").allSatisfy { name in
            name.hasPrefix("/") || name == "localhost" || name == "::1"
                || name.wholeMatch(of: /127(\.\d{1,3}){3}/) != nil
        }
    }

    /// The address as a URL for another process's environment; it holds the password.
    package var url: String {
        let items = parameters.sorted { $0.key < $1.key }.map { keyword, value in
            "\(keyword)=\(value.addingPercentEncoding(withAllowedCharacters: .urlUnreserved) ?? value)"
        }
        return "postgresql:///?" + items.joined(separator: "&")
    }

    /// The address in libpq's `keyword='value'` form, fit for a program's arguments, which everyone can read.
    package var connectionStringWithoutPassword: String {
        parameters.filter { !["password", "sslpassword"].contains($0.key) }.sorted { $0.key < $1.key }.map {
            keyword, value in
            "\(keyword)='\(value.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
        }.joined(separator: " ")
    }

    /// The same server with another database.
    package func database(_ name: String) -> PostgresAddress {
        var address = self
        address.parameters["dbname"] = name
        return address
    }

    /// The certificate authorities that Debian trusts; libpq 15 looks only into the user's own folder by itself.
    private static let systemCertificates = "/etc/ssl/certs/ca-certificates.crt"

    private static func parse(_ url: String) throws -> [String: String] {
        // libpq's own message is dropped: it may quote a piece of the password.
        guard let options = PQconninfoParse(url, nil) else {
            throw PostgresError.invalidURL(reason: "libpq cannot read it (percent-encode special characters)")
        }
        defer { PQconninfoFree(options) }
        var parameters: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { parameters[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return parameters
    }
}

extension PostgresAddress: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// User, host, port and database, without the password.
    package var description: String {
        let place = host.map { $0.isEmpty ? "local socket" : $0 } ?? "local socket"
        return "\(user.map { "\($0)@" } ?? "")\(place):\(port)/\(database ?? user ?? "")"
    }

    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(reflecting: description) }
}
