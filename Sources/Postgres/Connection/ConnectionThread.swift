import Dispatch
import Foundation
import Synchronization

/// Runs the jobs of one connection's actor on a thread of its own, where libpq may block without holding up anyone.
///
/// A dispatch queue would not do: its pool has about as many threads as the machine has cores, so a few statements
/// that wait for the server would hold up all the others. The thread ends with its executor.
final class ConnectionThread: SerialExecutor {
    private let inbox = Inbox()

    init() {
        let inbox = inbox
        Thread.detachNewThread {
            while let entry = inbox.next() {
                entry.job.runSynchronously(on: entry.executor.asUnownedSerialExecutor())
            }
        }
    }

    deinit {
        inbox.end()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        inbox.add(Inbox.Entry(job: UnownedJob(job), executor: self))
    }

    private final class Inbox: Sendable {
        struct Entry: Sendable {
            let job: UnownedJob
            /// Keeps the executor while its job is waiting or running.
            let executor: ConnectionThread
        }

        private let entries = Mutex<[Entry]>([])
        private let changes = DispatchSemaphore(value: 0)

        func add(_ entry: Entry) {
            entries.withLock { $0.append(entry) }
            changes.signal()
        }

        /// The oldest entry, awaited; nil once the end was signalled without one.
        func next() -> Entry? {
            changes.wait()
            return entries.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        }

        func end() {
            changes.signal()
        }
    }
}
