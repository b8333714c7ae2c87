import Domain
import Foundation
import TestSupport
import Testing

@testable import Traffic

/// Faults of one connection or one instance that users must not see.
@Suite(.timeLimit(.minutes(2))) struct UpstreamFaultTests {
    @Test func `a server that dies costs no request while another of its slot lives`() async throws {
        try await ProxyFixture.with { fixture in
            let (first, second) = (try await Backend("first"), try await Backend("second"))
            var table = try fixture.table(first, nil)
            try table.assign(ports: [first.port, second.port], to: SlotName(number: 1))
            _ = try await fixture.proxy.configure(tables: [table])
            let running = try await fixture.start()
            defer { running.kill() }
            let bodies = [try await fixture.get().body, try await fixture.get().body]
            #expect(bodies.contains { $0.contains("first") } && bodies.contains { $0.contains("second") })
            first.stop()
            for _ in 0..<5 {
                #expect(try await fixture.get().status == 200)
                #expect(try await fixture.get("-d", "x").status == 200)
            }
        }
    }

    /// Writes whose server closes the connection when a second one comes on it: as Switchyard writes them, and as they
    /// would be with connections that are used again.
    @Test(arguments: [false, true])
    func `no write is sent on a connection that its server may be closing`(isReused: Bool) async throws {
        try await ProxyFixture.with { fixture in
            let blue = try await Backend("blue", answersOnce: true)
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, nil)])
            if isReused { try fixture.reuseConnectionsOfWrites() }
            let running = try await fixture.start()
            defer { running.kill() }
            let port = try #require(await fixture.proxy.httpPort)
            let script = """
                import http.client
                connection = http.client.HTTPConnection('127.0.0.1', \(port), timeout=20)
                lost = 0
                for turn in range(10):
                    try:
                        connection.request('POST', '/', body='x')
                        answer = connection.getresponse()
                        answer.read()
                        lost += answer.status != 200
                    except (http.client.HTTPException, OSError):
                        # HAProxy tells a client on a kept connection of it by closing.
                        lost += 1
                        connection.close()
                print(lost)
                """
            let lost = try #require(Int(try await output(of: "python3", ["-c", script]).dropLast()))
            #expect(isReused ? lost > 0 : lost == 0, "\(lost) of 10 writes were lost")
        }
    }

    @Test func `an application that closes idle connections loses no request`() async throws {
        try await ProxyFixture.with { fixture in
            let blue = try await Backend("blue", idleMilliseconds: 50)
            _ = try await fixture.proxy.configure(tables: [try fixture.table(blue, nil)])
            let running = try await fixture.start()
            defer { running.kill() }
            let port = try #require(await fixture.proxy.httpPort)
            let script = """
                import http.client, sys, threading, time
                failed = []
                def client(number):
                    connection = http.client.HTTPConnection('127.0.0.1', \(port), timeout=20)
                    for turn in range(20):
                        try:
                            connection.request('POST' if number % 2 else 'GET', '/', body='x' if number % 2 else None)
                            answer = connection.getresponse()
                            answer.read()
                            if answer.status != 200: failed.append(answer.status)
                        except Exception as error: failed.append(repr(error))
                        time.sleep(0.049)
                clients = [threading.Thread(target=client, args=(n,)) for n in range(20)]
                [c.start() for c in clients]
                [c.join() for c in clients]
                print(len(failed), failed[:3])
                """
            #expect(try await output(of: "python3", ["-c", script]) == "0 []\n")
            let slot = SlotName(number: 1)
            #expect(try await fixture.proxy.total("req_tot", of: slot, in: fixture.production) >= 400)
            #expect(try await fixture.proxy.total("hrsp_5xx", of: slot, in: fixture.production) == 0)
        }
    }
}

extension ProxyFixture {
    /// Takes out of the configuration what keeps writes off connections that were used before.
    fileprivate func reuseConnectionsOfWrites() throws {
        let written = try String(contentsOfFile: folder.configuration, encoding: .utf8)
        let wrong = written.replacing("option http-server-close", with: "")
            .replacing("http-reuse never", with: "http-reuse always")
        #expect(wrong != written)
        try wrong.write(toFile: folder.configuration, atomically: true, encoding: .utf8)
    }
}
