import Foundation
import Glibc
import Testing

/// A small application server in Python: it names itself, keeps connections, and has what the tests need.
///
/// `/` answers the name, the request's headers and body; `/held` waits for `letGo()`; `/stream` never ends; `/socket` is
/// an upgraded connection; connections idle longer than `idleMilliseconds` are closed. With `answersOnce` a connection is
/// closed, without an answer, when a second request comes on it: the worst case of an idle connection that is closed just
/// then.
final class Backend: Sendable {
    let port: Int
    private let process: TestProcess

    init(_ name: String, idleMilliseconds: Int = 0, answersOnce: Bool = false) async throws {
        let output = Pipe()
        process = try TestProcess(
            "/usr/bin/env", ["python3", "-c", Self.script, name, String(idleMilliseconds), String(answersOnce)],
            output: output)
        let line = output.fileHandleForReading.availableData
        port = try #require(Int(String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    func stop() { process.kill() }

    /// Lets every request of `/held` have its answer, those of the future too.
    func letGo() async throws { _ = try await output(of: "curl", ["-s", "http://127.0.0.1:\(port)/let-go"]) }

    private static let script = """
        import json, sys, threading, time
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
        released = threading.Event()
        name, idle, once = sys.argv[1], int(sys.argv[2]) / 1000, sys.argv[3] == 'true'
        class Handler(BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'
            timeout = idle or None
            answered = False
            def do_GET(self):
                if once and self.answered:
                    self.close_connection = True
                    return
                self.answered = True
                if self.path == '/stream': return self.stream()
                if self.path == '/socket': return self.socket()
                if self.path == '/held': released.wait(60)
                if self.path == '/let-go': released.set()
                body = self.rfile.read(int(self.headers.get('content-length') or 0)).decode()
                headers = {key.lower(): value for key, value in self.headers.items()}
                answer = json.dumps({'name': name, 'headers': headers, 'body': body}).encode()
                self.send_response(200)
                self.send_header('content-length', str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
            do_POST = do_GET
            def stream(self):
                self.send_response(200)
                self.send_header('content-type', 'text/event-stream')
                self.send_header('connection', 'close')
                self.end_headers()
                while True:
                    self.wfile.write(b'data: ' + name.encode() + b'\\n\\n')
                    self.wfile.flush()
                    time.sleep(0.02)
            def socket(self):
                self.send_response(101)
                self.send_header('connection', 'upgrade')
                self.send_header('upgrade', 'websocket')
                self.send_header('sec-websocket-accept', 's3pPLBMTxaQ9kYGzzhZRbK+xOo0=')
                self.end_headers()
                self.close_connection = True
                while self.rfile.read(1): self.wfile.write(b'!')
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
