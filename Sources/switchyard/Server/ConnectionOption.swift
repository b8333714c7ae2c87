import API
import ArgumentParser
import ControlPlane
import Foundation

/// Which control plane is asked, and as whom: every command that asks one takes this.
struct ConnectionOption: ParsableArguments {
    @OptionGroup var state: StateOption
    @Option(
        help: ArgumentHelp(
            "The control plane that is asked, also on another machine; without it, the one of the state folder.",
            discussion: "Without it: $SWITCHYARD_URL.", valueName: "url"))
    var url: String?
    @Option(
        help: ArgumentHelp(
            "A file with the token that is shown.",
            discussion: "Without it: $SWITCHYARD_TOKEN_FILE, else that of 'switchyard login', else the state folder's.",
            valueName: "file"))
    var tokenFile: String?
    @Option(
        help: ArgumentHelp(
            "A PEM file of roots that the control plane's certificate is trusted by.",
            discussion: "Without it: $SWITCHYARD_CA_FILE, else the system's roots.", valueName: "file"))
    var caFile: String?

    var folder: StateFolder { state.folder }

    /// A client as whoever this command line is; throws `unreachable` when there is no control plane to ask.
    func client() throws -> SwitchyardClient {
        let (url, isLocal) = try address()
        return SwitchyardClient(url: url, token: try token(for: url, isLocal: isLocal), trustedRoots: try roots())
    }

    /// A client for a token that is known already.
    func client(at url: String, token: String) throws -> SwitchyardClient {
        SwitchyardClient(url: url, token: token, trustedRoots: try roots())
    }

    /// A client that shows nothing, for what is open to anybody.
    func stranger() throws -> SwitchyardClient {
        SwitchyardClient(url: try address().url, token: nil, trustedRoots: try roots())
    }

    /// Where the control plane listens, and whether it is known by its state folder.
    func address() throws -> (url: String, isLocal: Bool) {
        if let named = url ?? ProcessInfo.processInfo.environment["SWITCHYARD_URL"] {
            guard let parts = URLComponents(string: named), ["http", "https"].contains(parts.scheme), parts.host != nil
            else { throw ValidationError("'\(named)' is no URL: write it as https://switchyard.example.com.") }
            return (named.hasSuffix("/") ? String(named.dropLast()) : named, false)
        }
        return (try state.endpoint(), true)
    }

    /// Whether the control plane of the state folder is meant, wherever it is asked.
    func isLocal() throws -> Bool { url == nil && ProcessInfo.processInfo.environment["SWITCHYARD_URL"] == nil }

    private func roots() throws -> String? {
        guard let file = caFile ?? ProcessInfo.processInfo.environment["SWITCHYARD_CA_FILE"] else { return nil }
        guard FileManager.default.isReadableFile(atPath: file) else {
            throw CommandExit(.unusable, "The file of trusted roots \(file) cannot be read: give one with --ca-file.")
        }
        return file
    }

    private func token(for url: String, isLocal: Bool) throws -> String {
        if let file = tokenFile ?? ProcessInfo.processInfo.environment["SWITCHYARD_TOKEN_FILE"] {
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw CommandExit(.unusable, "The token file \(file) cannot be read: give one with --token-file.")
            }
            return text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        if let known = SignedIn.load().token(for: url, at: Date()) { return known }
        guard isLocal else {
            throw CommandExit(.wentWrong, "Nobody is signed in to \(url): say 'switchyard login --url \(url)'.")
        }
        return try state.token()
    }

    private static let pause: Duration = .milliseconds(100)

    /// A client for a control plane that may be starting only now; throws `unreachable` when none answers in time.
    func client(waiting limit: Duration) async throws -> SwitchyardClient {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            do {
                let client = try self.client()
                _ = try await client.environments()
                return client
            } catch let error where CommandExit(error)?.cause == .unreachable {
                try await Task.sleep(for: Self.pause)
            }
        }
        return try client()
    }
}
