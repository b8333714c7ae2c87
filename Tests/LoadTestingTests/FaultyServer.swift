import Foundation
import Subprocess

/// A foreign server (Python's sockets) that does to its clients what a failing service does.
enum FaultyServer {
    enum Behaviour: String {
        /// Reads a request and resets the connection.
        case resets
        /// Reads a request and closes the connection.
        case closes
        /// Sends half of an answer and closes the connection.
        case answersHalf
        /// Sends what is no HTTP.
        case talksNonsense
        /// Reads a request and says nothing.
        case hangs
        /// Answers the first request of a connection, reads the second and closes the connection.
        case dropsSecondRequest
        /// Answers the first request of a connection, reads the second and resets the connection.
        case resetsSecondRequest
        /// Answers the first request of a connection and closes it after the first byte of the second answer.
        case dropsSecondAnswer
        /// Answers a request and closes the connection without having said that it would.
        case closesAfterAnswer
        /// Answers a request, says that it closes the connection and does.
        case announcesClose
    }

    private struct NotStarted: Error {}

    /// Runs the server on a free port while `body` runs.
    static func run(_ behaviour: Behaviour, _ body: (URL) async throws -> Void) async throws {
        _ = try await Subprocess.run(
            .name("python3"), arguments: ["-u", "-c", script, behaviour.rawValue], input: .none, output: .sequence,
            error: .discarded
        ) { execution in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            guard let line = try await lines.next(),
                let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines))
            else { throw NotStarted() }
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(URL(string: "http://127.0.0.1:\(port)")!)) } catch {
                outcome = .failure(error)
            }
            try execution.send(signal: .kill)
            try outcome.get()
        }
    }

    private static let script = #"""
        import socket, struct, sys, threading

        behaviour = sys.argv[1]
        whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        half = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"

        def read_request(connection):
            text = b""
            while b"\r\n\r\n" not in text:
                some = connection.recv(65536)
                if not some:
                    return False
                text += some
            return True

        def serve(connection):
            if not read_request(connection):
                return
            if behaviour == "resets":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif behaviour == "answersHalf":
                connection.sendall(half)
            elif behaviour == "talksNonsense":
                connection.sendall(b"this is no HTTP\r\n\r\n")
            elif behaviour == "hangs":
                read_request(connection)
            elif behaviour == "closesAfterAnswer":
                connection.sendall(whole)
            elif behaviour == "announcesClose":
                connection.sendall(whole.replace(b"OK\r\n", b"OK\r\nConnection: close\r\n"))
            elif behaviour == "dropsSecondRequest":
                connection.sendall(whole)
                read_request(connection)
            elif behaviour == "resetsSecondRequest":
                connection.sendall(whole)
                read_request(connection)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif behaviour == "dropsSecondAnswer":
                connection.sendall(whole)
                if read_request(connection):
                    connection.sendall(b"H")
            connection.close()

        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        print(listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()
        """#
}
