import Foundation
import Glibc

/// Whether an address of the configuration can be listened on.
package enum PortExamination {
    /// `setting` names the key in switchyard.yaml; `isOurs` says that this Switchyard runs and may hold the port itself.
    package static func examine(_ address: String, setting: String, isOurs: Bool) -> Finding {
        let subject = "\(setting) \(address)"
        guard let colon = address.lastIndex(of: ":"), let port = UInt16(address[address.index(after: colon)...]) else {
            return .mend(subject, "\(address) is no address and port.", remedy: "Write it as 127.0.0.1:8080.")
        }
        guard port != 0 else { return .good(subject, "The system gives a port, which is kept.") }
        var host = String(address[..<colon])
        if host.hasPrefix("[") { host = String(host.dropFirst().dropLast()) }
        if host == "localhost" { host = "127.0.0.1" }
        switch bindOnce(host: host, port: port) {
        case 0: return .good(subject, "The port is free.")
        case EADDRINUSE where isOurs: return .good(subject, "This Switchyard is running and listens there.")
        case EADDRINUSE:
            return .mend(
                subject, "Something listens on port \(port) already.",
                remedy: "See 'ss -ltnp sport = :\(port)' and end it, or write another port under '\(setting)'.")
        case EACCES:
            return .mend(
                subject, "This user may not listen on port \(port).",
                remedy: "Run 'switchyard serve' as root, or write a port from 1024 under '\(setting)'.")
        case let code:
            return .mend(
                subject, "This machine cannot listen on \(address): \(String(cString: strerror(code))).",
                remedy: "Write an address of this machine under '\(setting)'; 'ip address' lists them.")
        }
    }

    /// Binds and lets go; answers 0 or the system's errno.
    private static func bindOnce(host: String, port: UInt16) -> Int32 {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let first = found else { return EADDRNOTAVAIL }
        defer { freeaddrinfo(first) }
        let descriptor = socket(first.pointee.ai_family, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        // As the proxy binds: a port in TIME_WAIT is free to it.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let bound = bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 && listen(descriptor, 1) == 0
        return bound ? 0 : errno
    }
}
