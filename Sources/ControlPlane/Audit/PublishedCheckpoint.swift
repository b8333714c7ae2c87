import Audit
import Hummingbird
import NIOCore
import Synchronization

/// The record's signed checkpoint for everybody, so that outsiders can keep it and see whether the record goes on from it.
///
/// It says how many entries there are and nothing about them. However often it is asked for, its file is read once in
/// `Limits.checkpointAge`, and nothing is signed for it.
final class PublishedCheckpoint: Sendable {
    private struct Known {
        var text: String?
        var at: ContinuousClock.Instant
    }

    private let folder: String
    private let known = Mutex<Known?>(nil)

    /// Publishes that of the log in a folder.
    init(log folder: String) { self.folder = folder }

    /// Adds `GET /checkpoint`, which asks for no authentication.
    func addRoute<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/checkpoint") { [self] _, _ in
            guard let text = text() else { throw HTTPError(.notFound, message: "There is no checkpoint yet.") }
            return Response(
                status: .ok,
                headers: [
                    .contentType: "text/plain; charset=utf-8", .cacheControl: "public, max-age=1",
                    .accessControlAllowOrigin: "*",
                ],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
    }

    /// Nil where there is none, or none that can be read.
    private func text() -> String? {
        known.withLock { known in
            let now = ContinuousClock.now
            if let known, now - known.at < Limits.checkpointAge { return known.text }
            let text = (try? AuditReader(folder: folder))?.checkpoint.description
            known = Known(text: text, at: now)
            return text
        }
    }
}
