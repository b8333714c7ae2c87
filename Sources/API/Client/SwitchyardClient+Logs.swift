import AsyncHTTPClient
package import Domain
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

extension SwitchyardClient {
    /// Which lines are wanted.
    package struct LogSelection: Sendable {
        /// How many lines of each process that were written before.
        package var last = 100
        package var slot: SlotName?
        /// The beginning of the processes' names.
        package var process: String?

        package init(last: Int = 100, slot: SlotName? = nil, process: String? = nil) {
            self.last = last
            self.slot = slot
            self.process = process
        }

        var query: [String: String] {
            ["last": "\(last)", "slot": slot?.rawValue, "process": process].compactMapValues { $0 }
        }
    }

    /// Longer than a line of a log can be, written as JSON.
    private static let mostLineBytes = 1_024 * 1_024
    private static let streamTimeout: TimeAmount = .hours(24 * 365)

    package func logs(of environment: EnvironmentName, _ selection: LogSelection = LogSelection()) async throws
        -> LogReport
    {
        try await get(.logs, ["environment": environment.rawValue], query: selection.query)
    }

    /// Hands over lines as they are written, until `take` answers false, the stream breaks off or the task is
    /// cancelled.
    ///
    /// `take` gets nil for a sign of life between lines. With `since`, a time stamp, it begins with lines of that time; what `position` has seen already is left out.
    package func followLogs(
        of environment: EnvironmentName, _ selection: LogSelection = LogSelection(), since: String? = nil,
        position: inout LogPosition, _ take: (LogReport.Line?) throws -> Bool
    ) async throws {
        var query = selection.query
        query["since"] = since
        if !position.text.isEmpty { query["seen"] = position.text }
        position.beginAgain()
        let request = request(.followLogs, ["environment": environment.rawValue], query: query)
        let response = try await reaching { try await http.execute(request, timeout: Self.streamTimeout) }
        guard response.status == .ok else {
            let body = try await reaching { try await response.body.collect(upTo: Self.mostLineBytes) }
            throw refusal(Int(response.status.code), Data(buffer: body), of: request)
        }
        var chunks = response.body.makeAsyncIterator()
        var pending = ByteBuffer()
        while var chunk = try await reaching({ try await chunks.next() }) {
            pending.writeBuffer(&chunk)
            while let end = pending.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                let text = pending.readData(length: end - pending.readerIndex) ?? Data()
                pending.moveReaderIndex(forwardBy: 1)
                let line = text.isEmpty ? nil : try WireFormat.decoder.decode(LogReport.Line.self, from: text)
                let isNew = line.map { position.take($0) } ?? true
                guard try !isNew || take(line) else { return }
            }
            guard pending.readableBytes <= Self.mostLineBytes else {
                throw Unreachable(url: request.url, cause: "a line of the stream has no end")
            }
            pending.discardReadBytes()
        }
    }
}
