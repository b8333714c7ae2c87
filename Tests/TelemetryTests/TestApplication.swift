import Foundation
import Testing

/// A small application server in Python that answers as its path says.
///
/// `/status/N` answers with N, `/held` waits for `letGo()`, `/begun` sends head and a part and then waits for it,
/// `/endless` goes on sending, `/mute` closes without an answer, `/broken` breaks off in the middle, `/socket` is upgraded
/// and ends.
final class TestApplication: Sendable {
    let port: Int
    private let process: RunningProgram

    init(_ name: String) async throws {
        let output = Pipe()
        process = try RunningProgram("/usr/bin/env", ["python3", "-c", Self.script, name], output: output)
        let line = output.fileHandleForReading.availableData
        port = try #require(Int(String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    func stop() { process.kill() }

    /// Requests that came in so far.
    func requests() async throws -> Int {
        Int(try await output(of: "curl", ["-s", "http://127.0.0.1:\(port)/count"])) ?? 0
    }

    /// Lets every request that waits go on, those of the future too.
    func letGo() async throws { _ = try await output(of: "curl", ["-s", "http://127.0.0.1:\(port)/let-go"]) }

    private static let script = """
        import sys, threading
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
        released = threading.Event()
        count = 0
        class Handler(BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'
            wbufsize = 65536
            def do_GET(self):
                global count
                self.rfile.read(int(self.headers.get('content-length') or 0))
                path = self.path.split('?')[0]
                if path == '/count': return self.answer(200, str(count).encode())
                if path == '/let-go':
                    released.set()
                    return self.answer(200, b'')
                count += 1
                if path == '/held': released.wait(60)
                if path == '/mute':
                    self.close_connection = True
                    return
                if path in ('/begun', '/broken', '/endless'):
                    self.send_response(200)
                    self.send_header('content-length', '1000000000000')
                    self.end_headers()
                    self.wfile.write(b'begun')
                    self.wfile.flush()
                    if path == '/begun': released.wait(60)
                    while path == '/endless':
                        self.wfile.write(b'more ' * 1000)
                        self.wfile.flush()
                    self.close_connection = True
                    return
                if path == '/socket':
                    self.send_response(101)
                    self.send_header('connection', 'upgrade')
                    self.send_header('upgrade', 'websocket')
                    self.end_headers()
                    self.close_connection = True
                    return
                self.answer(int(path.split('/')[2]) if path.startswith('/status/') else 200, b'fine')
            do_POST = do_HEAD = do_GET
            def answer(self, status, body):
                self.send_response(status)
                if status != 204: self.send_header('content-length', str(len(body)))
                self.end_headers()
                if self.command != 'HEAD' and status != 204: self.wfile.write(body)
            def log_message(self, *arguments): pass
        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128
            def handle_error(self, *arguments): pass
        server = Server(('127.0.0.1', 0), Handler)
        print(server.server_port, flush=True)
        server.serve_forever()
        """
}
