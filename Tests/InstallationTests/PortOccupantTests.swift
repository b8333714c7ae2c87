import Foundation
import Glibc
import Installation
import TestSupport
import Testing

/// Who listens where the proxy should.
struct PortOccupantTests {
    /// A listening socket of this test, on a port that the system gives.
    private final class Listener {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let port: Int

        init() throws {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let descriptor = self.descriptor
            let status = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, size) == 0 && listen(descriptor, 1) == 0
                        && getsockname(descriptor, $0, &size) == 0
                }
            }
            try #require(status)
            port = Int(UInt16(bigEndian: address.sin_port))
        }

        deinit { close(descriptor) }
    }

    @Test func `the program that listens on a port is found, and how to mend it`() throws {
        // More than the first page of the kernel's table.
        let others = try (0..<60).map { _ in try Listener() }
        defer { withExtendedLifetime(others) {} }
        let listener = try Listener()
        let occupant = try #require(PortOccupant.find(ports: [listener.port]).first)
        #expect((occupant.port, occupant.pid) == (listener.port, getpid()))
        let program = try #require(occupant.program)
        #expect(
            occupant.description == "Port \(listener.port) is taken by \(program) (process \(getpid())). Stop it for "
                + "good, or give Switchyard another port in 'traffic:' of /etc/switchyard/switchyard.yaml.")
    }

    @Test func `a free port, and one that Switchyard's own tree has, are no trouble`() throws {
        #expect(PortOccupant.find(ports: [0]).isEmpty)
        let script =
            "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); input()"
        let (process, output, input) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, "/nowhere/state/haproxy.cfg"]
        process.standardOutput = output
        process.standardInput = input
        try process.run()
        // The end of its input ends it.
        defer { try? input.fileHandleForWriting.close() }
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(PortOccupant.find(ports: [port]).map(\.pid) == [process.processIdentifier])
        #expect(PortOccupant.find(ports: [port], state: "/nowhere/state").isEmpty)
    }

    @Test func `the distribution's HAProxy is told from Switchyard's`() {
        let sentence = PortOccupant(port: 80, pid: 12, program: "haproxy").description
        #expect(sentence.contains("That is not Switchyard's HAProxy"))
        #expect(sentence.contains("'systemctl disable --now haproxy'"))
    }
}
