import Foundation
import Glibc
import Synchronization

/// A server that answers every connection with the same bytes, whatever it is asked, and then holds its tongue.
final class ScriptedServer: Sendable {
    let url: String
    private let listener: Int32
    private let seen = Mutex("")

    /// What the newest client sent.
    var request: String { seen.withLock { $0 } }

    /// Takes connections and never answers.
    static func silent() throws -> ScriptedServer { try ScriptedServer(bytes: nil) }

    static func answering(_ status: String, _ body: String, headers: [String] = []) throws -> ScriptedServer {
        let head = (["HTTP/1.1 \(status)", "content-length: \(body.utf8.count)", "connection: close"] + headers)
        return try ScriptedServer(bytes: Array("\(head.joined(separator: "\r\n"))\r\n\r\n\(body)".utf8))
    }

    /// Promises a body of which only the beginning ever comes.
    static func falteringAfter(_ beginning: String) throws -> ScriptedServer {
        try ScriptedServer(bytes: Array("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n\(beginning)".utf8))
    }

    private init(bytes: [UInt8]?) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let port: UInt16? = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(listener, address, length) == 0, listen(listener, 16) == 0,
                    getsockname(listener, address, &length) == 0
                else { return nil }
                return UInt16(bigEndian: pointer.pointee.sin_port)
            }
        }
        guard let port else { throw POSIXError(.EADDRINUSE) }
        url = "http://127.0.0.1:\(port)"
        guard let bytes else { return }
        Thread.detachNewThread { [weak self] in
            var clients: [Int32] = []
            while case let client = accept(listener, nil, nil), client >= 0 {
                clients.append(client)
                let request = Self.request(from: client)
                self?.seen.withLock { $0 = request }
                _ = send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            }
            for client in clients { close(client) }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// Head and body, of which the length is told.
    private static func request(from client: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var text = ""
        while !isWhole(text) {
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        return text
    }

    private static func isWhole(_ text: String) -> Bool {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return false }
        let length = text.lowercased().firstMatch(of: /content-length: (?<count>[0-9]+)/).flatMap {
            Int($0.output.count)
        }
        return text[end.upperBound...].utf8.count >= length ?? 0
    }
}
