import DurableFiles
import Foundation

/// Where HAProxy's configuration, maps, certificates, pages and sockets lie.
package struct HAProxyFolder: Sendable, Equatable {
    package let path: String

    /// Takes an absolute path; refuses one that HAProxy's configuration or commands could misread, or that is too
    /// long for a unix socket.
    package init(_ path: String) throws(TrafficError) {
        let extra: Set<Character> = ["/", ".", "_", "-", "+"]
        guard path.hasPrefix("/") else { throw .folderPath(path: path, rule: "it must be absolute") }
        guard path.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) || extra.contains($0) }) else {
            throw .folderPath(path: path, rule: "only letters, digits, '/', '.', '_', '-' and '+' are allowed in it")
        }
        self.path = path
        for socket in [masterSocket, telemetrySocket] where socket.utf8.count > Limits.socketPath {
            throw .socketPathTooLong(path: socket, limit: Limits.socketPath)
        }
    }

    package var configuration: String { "\(path)/haproxy.cfg" }
    /// What the configuration is tried as before it replaces the old one.
    package var candidateConfiguration: String { "\(path)/haproxy.cfg.candidate" }
    /// What Switchyard wrote last: a difference shows an edit by hand.
    package var writtenConfiguration: String { "\(path)/haproxy.cfg.written" }
    /// The ports that the system gave where the settings ask for port 0.
    package var ports: String { "\(path)/ports.json" }
    package var hostsMap: String { "\(path)/maps/hosts.map" }
    package var splitMap: String { "\(path)/maps/split.map" }
    package var maintenanceMap: String { "\(path)/maps/maintenance.map" }
    /// The certificates in use: copies of what was found to be usable.
    package var certificates: String { "\(path)/certs" }
    /// A certificate while it is looked at.
    var candidateCertificate: String { "\(path)/certificate.candidate" }
    /// What the client of the certificate authority keeps: account, keys, certificates.
    package var authority: String { "\(path)/acme" }
    /// Certificates of the authority, chain and key in one file each.
    package var issuedCertificates: String { "\(path)/acme/issued" }
    package var pages: String { "\(path)/pages" }
    package var masterSocket: String { "\(path)/run/master.sock" }
    /// Where HAProxy writes its request log. Its workers have an account of their own and connect when they like, so this
    /// lies beside the folder, which is closed to them; the socket itself lets in nobody else.
    package var telemetrySocket: String { "\(telemetry)/requests.sock" }
    /// Where the reader of the request log is handed that socket.
    package var telemetryDesk: String { "\(telemetry)/desk.sock" }
    private var telemetry: String { "\((path as NSString).deletingLastPathComponent)/telemetry" }

    func prepare() throws {
        let own = [path, "\(path)/maps", pages, certificates, "\(path)/run"]
        for (folder, mode) in own.map({ ($0, 0o700) }) + [(telemetry, 0o711)] {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
        }
    }
}
