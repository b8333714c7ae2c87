import API
import Domain
import Foundation
import Hummingbird
import NIOCore
import NIOFoundationCompat
import Runtimes
import Synchronization

/// The logs of an environment: what was written last, and what is written now.
struct LogsController: Sendable {
    let environments: Environments
    let tree: SupervisorTree
    private let followers = Followers()

    init(environments: Environments, tree: SupervisorTree) {
        self.environments = environments
        self.tree = tree
    }

    func addRoutes(to router: APIRouter) {
        router.on(.logs) { request, context in
            let last = try request.uri.queryParameters.whole("last", in: 1...Limits.mostLogLines) ?? 100
            return try .json(await logs(request, context).last(last))
        }
        router.on(.followLogs) { request, context in
            let logs = try logs(request, context)
            let start = try start(request.uri.queryParameters)
            let place = try Followers.Place(among: followers)
            return Response(
                status: .ok, headers: [.contentType: "application/x-ndjson", .cacheControl: "no-store"],
                body: ResponseBody { writer in
                    defer { withExtendedLifetime(place) {} }
                    // A first sign, so that the answer begins at once.
                    try await writer.write(ByteBuffer(string: "\n"))
                    var checkedAt = ContinuousClock.now
                    try await logs.follow(from: start) { lines in
                        if ContinuousClock.now - checkedAt > Limits.rightsInterval {
                            guard await context.isStillAdmitted() else { throw CancellationError() }
                            checkedAt = .now
                        }
                        try await writer.write(Self.text(lines))
                    }
                    try await writer.finish(nil)
                }
            )
        }
    }

    private func logs(_ request: Request, _ context: AppRequestContext) throws -> EnvironmentLogs {
        let query = request.uri.queryParameters
        return EnvironmentLogs(
            deployer: try environments.deployer(of: context.parameters.require("environment")), tree: tree,
            selection: .init(slot: try query.get("slot").map { try SlotName($0) }, process: query.get("process"))
        )
    }

    /// Where a process's lines begin that was there before.
    private func start(_ query: Parameters) throws -> @Sendable (String) -> LogStart {
        let last = try query.whole("last", in: 0...Limits.mostLogLines) ?? 100
        let since = query.get("since")
        let text = query.get("seen") ?? ""
        guard let seen = LogPosition.stamps(in: text) else {
            throw ControlPlaneError.invalidParameter(
                name: "seen", value: "\(text.prefix(40))", expected: "s1/web.1@2026-11-22T10:00:00.00000,…")
        }
        return { source in
            if let stamp = seen[source] ?? since { return .time(stamp) }
            return .last(last)
        }
    }

    private static func text(_ lines: [LogReport.Line]) throws -> ByteBuffer {
        let encoder = WireFormat.encoder
        var text = ByteBuffer()
        for line in lines {
            text.writeData(try encoder.encode(line))
            text.writeString("\n")
        }
        if lines.isEmpty { text.writeString("\n") }
        return text
    }
}

/// How many streams are open; each holds the log files of an environment open.
private final class Followers: Sendable {
    /// One stream's place, given back when the stream is no more, also one that never began.
    final class Place: Sendable {
        private let followers: Followers

        init(among followers: Followers) throws {
            try followers.count.withLock { count in
                guard count < Limits.mostFollowers else {
                    throw ControlPlaneError.tooManyFollowers(Limits.mostFollowers)
                }
                count += 1
            }
            self.followers = followers
        }

        deinit { followers.count.withLock { $0 -= 1 } }
    }

    private let count = Mutex(0)
}
