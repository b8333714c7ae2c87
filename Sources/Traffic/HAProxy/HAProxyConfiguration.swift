package import Domain

/// HAProxy's configuration as values; `text` renders it, and nothing else does.
package struct HAProxyConfiguration: Equatable, Sendable {
    /// Where users come in over TLS.
    package struct Secure: Equatable, Sendable {
        package var address: ListenAddress
        /// Folder of PEM files, chosen by SNI.
        package var certificates: String
        package var redirects: Bool
        package var hstsSeconds: Int
    }

    /// One server line of a slot: an address in use, or nil for a place that waits for one.
    package struct Slot: Equatable, Sendable {
        package var name: SlotName
        package var ports: [Int?]
    }

    /// The slots of an environment, which share its hosts.
    package struct Environment: Equatable, Sendable {
        package var name: EnvironmentName
        package var slots: [Slot]
    }

    package var folder: HAProxyFolder
    package var http: ListenAddress
    package var secure: Secure?
    /// Where the client of a certificate authority answers its http-01 challenges; nil when there is none.
    package var challenge: ListenAddress?
    package var maxConnections: Int
    /// The unprivileged user of the workers; nil when HAProxy is not started by root.
    package var user: String?
    package var environments: [Environment]
    /// Stands for everything that only a reload can bring in; shown by `show info`.
    package var digest = ""

    /// The cookie that holds a client's unit.
    package static let unitCookie = "switchyard_unit"
    /// Answered with 200 by HAProxy itself as long as it runs.
    package static let healthPath = "/.switchyard/health"
    /// On every response of an application server, on none that HAProxy made up.
    package static let slotHeader = "x-switchyard-slot"
    /// Counts the websockets and event streams of each backend.
    static let longLivedTable = "long-lived"

    package var text: String {
        let shared = [global, requestLogRing, defaults, frontend, longLived, nowhere] + challengeBackend
        return (shared + environments.flatMap(backends)).joined(separator: "\n")
    }

    /// The same configuration with no server placed: what only a reload can change.
    var structure: HAProxyConfiguration {
        var copy = self
        copy.digest = ""
        for index in copy.environments.indices {
            for slot in copy.environments[index].slots.indices {
                let count = copy.environments[index].slots[slot].ports.count
                copy.environments[index].slots[slot].ports = Array(repeating: nil, count: count)
            }
        }
        return copy
    }

    /// The backend of a slot for one kind of request.
    static func backend(_ environment: EnvironmentName, _ slot: SlotName, _ kind: BackendKind) -> String {
        "\(environment)-\(slot)-\(kind.rawValue)"
    }

    /// The backend of the certificate authority's client; no environment's backends begin like this.
    static let challengeBackend = "acme"

    /// Requests that may be sent twice, and those that may not: reuse of connections is a setting of a backend.
    enum BackendKind: String, CaseIterable { case read, write }
}

extension HAProxyConfiguration {
    private var global: String {
        let identity = user.map { "    user \($0)\n    group \($0)\n" } ?? ""
        return """
            # Written by Switchyard. Edits by hand are reported; the next write keeps them aside in haproxy.cfg.edited-TIME.
            global
                description "\(digest)"
                maxconn \(maxConnections)
                hard-stop-after 1h
                log ring@\(Self.requestLog) format raw local0
            \(identity)
            """
    }

    private var defaults: String {
        """
        defaults
            mode http
            retries 3
            option redispatch 1
            option idle-close-on-response
            timeout connect 2s
            timeout client 60s
            timeout server 60s
            timeout http-keep-alive 30s
            timeout http-request 10s
            timeout queue 10s
            timeout tunnel 1h
            default-server inter 500ms fall 2 rise 1

        """
    }

    /// Keys are the names of backends. An entry in use is never dropped, so there is room for all of them.
    private var longLived: String {
        let backends = environments.reduce(0) { $0 + $1.slots.count * BackendKind.allCases.count }
        return """
            backend \(Self.longLivedTable)
                stick-table type string len \(Limits.backendName) size \(max(1, backends)) store conn_cur

            """
    }

    private var nowhere: String {
        """
        backend nowhere
            http-request return status 503 content-type "text/html; charset=utf-8" \
        file \(folder.pages)/no-release.html hdr retry-after 5

        """
    }

    private var challengeBackend: [String] {
        guard let challenge else { return [] }
        return ["backend \(Self.challengeBackend)\n    server client \(challenge)\n"]
    }

    private func backends(of environment: Environment) -> [String] {
        let maintenance = """
            backend \(environment.name)-maintenance
                http-request return status 503 content-type "text/html; charset=utf-8" \
            file \(folder.maintenancePage(of: environment.name)) hdr retry-after 120

            """
        return [maintenance]
            + environment.slots.flatMap { [reads(of: $0, in: environment), writes(of: $0, in: environment)] }
    }

    private func reads(of slot: Slot, in environment: Environment) -> String {
        let servers = slot.ports.enumerated().map { index, port in
            "    server web\(index + 1) 127.0.0.1:\(port ?? Self.unused) check\(port == nil ? " disabled" : "")\n"
        }
        return """
            backend \(Self.backend(environment.name, slot.name, .read))
                http-reuse safe
                retry-on conn-failure empty-response
                http-response set-header \(Self.slotHeader) \(environment.name)/\(slot.name)
            \(servers.joined())
            """
    }

    private func writes(of slot: Slot, in environment: Environment) -> String {
        let reads = Self.backend(environment.name, slot.name, .read)
        let servers = slot.ports.enumerated().map { index, port in
            "    server web\(index + 1) 127.0.0.1:\(port ?? Self.unused) track \(reads)/web\(index + 1)\n"
        }
        return """
            backend \(Self.backend(environment.name, slot.name, .write))
                option http-server-close
                http-reuse never
                retry-on conn-failure
                http-response set-header \(Self.slotHeader) \(environment.name)/\(slot.name)
            \(servers.joined())
            """
    }

    /// The port of a server line that waits for an address.
    private static let unused = 9
}
