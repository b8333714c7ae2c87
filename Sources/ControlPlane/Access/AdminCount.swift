import Access
import DurableFiles
import Foundation
import Logging
import Synchronization

/// How many admins there are, also while the state database cannot be read: with accounts, the machine's token file must not
/// become the master key again because a disk is broken.
final class AdminCount: Sendable {
    private let path: String
    private let logger: Logger
    private let known: Mutex<Int>

    init(path: String, logger: Logger) {
        self.path = path
        self.logger = logger
        let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        known = Mutex(text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0)
    }

    /// The number of now, or the last one that was known.
    func now(_ roles: RoleDesk, at date: Date) async -> Int {
        do {
            let count = try await roles.admins(at: date)
            remember(count)
            return count
        } catch {
            return known.withLock { $0 }
        }
    }

    private func remember(_ count: Int) {
        known.withLock { known in
            guard known != count else { return }
            known = count
            do {
                try DurableFile.write(Data("\(count)\n".utf8), to: path, mode: 0o600)
            } catch {
                logger.warning("the number of admins could not be written", metadata: ["error": "\(error)"])
            }
        }
    }
}
