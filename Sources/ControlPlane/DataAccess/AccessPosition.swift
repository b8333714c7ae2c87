import DurableFiles
import Foundation

/// How far the server's log is recorded: up to a stamp of time, and so many of the lines that have it.
struct AccessPosition: Codable, Equatable {
    private(set) var stamp = ""
    private(set) var lines = 0

    /// Notes that a line was read.
    mutating func note(_ lineStamp: String) {
        lines = lineStamp == stamp ? lines + 1 : 1
        stamp = lineStamp
    }

    static func read(_ path: String) -> AccessPosition? {
        FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(Self.self, from: $0) }
    }

    /// Durable when it returns.
    func write(to path: String) throws { try DurableFile.write(JSONEncoder().encode(self), to: path, mode: 0o600) }
}
