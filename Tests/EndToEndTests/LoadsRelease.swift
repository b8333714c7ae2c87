import Foundation
import Postgres
import TestSupport

/// A release of the example that reads its database: it works for as long as a question of its gets the answer that it
/// knows.
struct LoadsRelease {
    let version: String
    /// SQL that its key feature `/loads` asks.
    let question: String
    let answer: String
    /// The text of each file by its path in the folder of migrations.
    let migrations: [String: String]
    /// Where each request to `/loads` leaves what its process sees.
    var sightings: Sightings?

    /// Adds it to the store with the real binary.
    func add(to switchyard: SwitchyardFixture) async throws {
        let source = "\(switchyard.folder)/releases/\(version)"
        var release = ExampleRelease(version, environment: ["EXAMPLE_QUESTION": question, "EXAMPLE_ANSWER": answer])
        release.environment["EXAMPLE_PSQL"] = try await PostgresInstallation.find(holding: "psql").path(of: "psql")
        release.environment["EXAMPLE_SIGHTINGS"] = sightings?.folder
        release.environment["EXAMPLE_LISTENER"] = sightings.map { "\($0.listener.port)" }
        try release.write(to: source)
        let manifest = release.manifest.replacing("[python3, app.py, web]", with: "[python3, loads.py]")
        let more = "migrations: migrations\nprobes:\n  - {name: loads, path: /loads}\n"
        try (manifest + more).write(toFile: "\(source)/release.yaml", atomically: false, encoding: .utf8)
        try Self.program.write(toFile: "\(source)/loads.py", atomically: false, encoding: .utf8)
        for (path, sql) in migrations {
            let file = URL(filePath: "\(source)/migrations/\(path)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try sql.write(to: file, atomically: false, encoding: .utf8)
        }
        try await switchyard.add(folder: source)
    }

    private static let program = """
        import json, os, signal, socket, subprocess, sys, tempfile
        sys.dont_write_bytecode = True
        import app

        def leave_sighting(answer):
            folder = os.environ.get("EXAMPLE_SIGHTINGS")
            if not folder:
                return
            try:
                address = ("127.0.0.1", int(os.environ["EXAMPLE_LISTENER"]))
                with socket.create_connection(address, timeout=1) as connection:
                    connection.sendall(os.environ["PAYMENT_KEY"].encode())
                reached = True
            except OSError:
                reached = False
            variables = {name: os.environ.get(name) for name in ("PAYMENT_KEY", "MAIL_SERVER")}
            with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as file:
                json.dump({"settings": variables, "reached": reached, "answer": answer}, file)
            os.chmod(file.name, 0o644)
            os.rename(file.name, file.name + ".json")

        class Loads(app.Handler):
            def route(self):
                if self.path != "/loads":
                    return super().route()
                asked = subprocess.run(
                    [os.environ["EXAMPLE_PSQL"], "-XAtc", os.environ["EXAMPLE_QUESTION"], os.environ["DATABASE_URL"]],
                    capture_output=True, text=True)
                answer = asked.stdout.strip()
                leave_sighting(answer)
                is_known = answer == os.environ["EXAMPLE_ANSWER"]
                self.answer(200 if is_known else 500, answer + asked.stderr)

        app.Handler = Loads
        for caught in (signal.SIGTERM, signal.SIGINT):
            signal.signal(caught, lambda *_: app.ending.set())
        app.web()
        """
}

/// What processes of a release saw of the world, told by themselves, and what reached a listener outside of it.
struct Sightings {
    /// What one process saw at one time.
    struct Sighting: Decodable {
        let settings: [String: String?]
        /// Whether it came through to the listener.
        let reached: Bool
        let answer: String
    }

    let listener: TakenPort
    let folder: String

    init(below folder: String) throws {
        listener = try TakenPort()
        self.folder = "\(folder)/sightings"
        // Releases run under an account of their own.
        try FileManager.default.createDirectory(
            atPath: self.folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o777])
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: self.folder)
    }

    func all() throws -> [Sighting] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }.map { name in
            try JSONDecoder().decode(Sighting.self, from: Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
        }
    }
}
