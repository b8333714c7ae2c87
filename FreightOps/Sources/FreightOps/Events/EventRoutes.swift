import FoundationEssentials
import HTTPTypes
import Hummingbird
import ServiceLifecycle

/// Load events as server-sent events, and an answer that takes its time.
struct EventRoutes {
    let feed: LoadEventFeed

    struct SlowAnswer: ResponseEncodable {
        var milliseconds: Int
    }

    func add(to router: Router<FreightRequestContext>) {
        router.get("/api/events") { _, _ in
            let messages = try feed.messages()
            return Response(
                status: .ok,
                headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
                body: ResponseBody { writer in
                    // The server waits for its answers before anything else is told to stop.
                    for await message in messages.cancelOnGracefulShutdown() {
                        try await writer.write(Self.text(of: message))
                    }
                    try await writer.finish(nil)
                }
            )
        }
        router.get("/api/slow") { request, _ in
            let milliseconds = try request.number("milliseconds", in: 0...Limits.slowestAnswerMilliseconds) ?? 0
            try await Task.sleep(for: .milliseconds(milliseconds))
            return SlowAnswer(milliseconds: milliseconds)
        }
    }

    private static func text(of message: LoadEventFeed.Message) throws -> ByteBuffer {
        switch message {
        case .heartbeat: ByteBuffer(string: ": alive\n\n")
        case .event(let event):
            ByteBuffer(
                string: "event: load\ndata: \(String(decoding: try JSONEncoder().encode(event), as: UTF8.self))\n\n")
        }
    }
}
