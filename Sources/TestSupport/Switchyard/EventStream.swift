import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Server-sent events as a browser reads them, from the opening of the stream to its end.
package actor EventStream {
    private static let longest: TimeAmount = .minutes(5)

    /// Everything that came.
    package private(set) var text = ""
    package private(set) var hasEnded = false
    private var reading: Task<Void, Never>?

    package var events: Int { text.ranges(of: "data: ").count }

    func open(_ request: HTTPClientRequest) {
        // It goes on beside the test, which looks at what has come so far; the test's end cancels it.
        reading = Task { [weak self] in
            do {
                let response = try await HTTPClient.shared.execute(request, timeout: Self.longest)
                for try await chunk in response.body { await self?.append(String(buffer: chunk)) }
            } catch {}
            await self?.end()
        }
    }

    private func append(_ chunk: String) { text += chunk }

    private func end() { hasEnded = true }

    deinit { reading?.cancel() }
}

extension SwitchyardFixture {
    /// Opens the example's event stream as a user does.
    package func openEventStream(of environment: FixtureEnvironment? = nil) async throws -> EventStream {
        var request = HTTPClientRequest(url: try traffic.absoluteString + "/events")
        request.headers.add(name: "host", value: (environment ?? environments[0]).domain)
        let stream = EventStream()
        await stream.open(request)
        return stream
    }
}
