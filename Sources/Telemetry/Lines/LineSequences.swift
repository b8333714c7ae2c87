/// Counts the lines that are missing between those that came, by the numbers that each process of HAProxy gives them.
///
/// Threads of HAProxy write out of order, and two of them may take the same number while the next one is skipped. So
/// what counts is how many lines came below the highest number, and a deficit is a loss once it outlasts two reads.
struct LineSequences {
    /// Lines that came in late by no more than this are late; by more, they are a new process with an old number.
    private static let span = 65_536

    /// In the order in which they were first seen.
    private var processes: [Process] = []
    /// The place of the one that wrote the last line.
    private var current = 0
    private var lostByForgotten = 0
    private(set) var received = 0

    var lost: Int { processes.reduce(lostByForgotten) { $0 + $1.lost } }

    mutating func note(process: Int, number: Int) {
        received += 1
        if current >= processes.count || processes[current].identifier != process { turn(to: process, at: number) }
        if number < processes[current].highest - Self.span {
            lostByForgotten += processes[current].lost
            processes[current] = Process(identifier: process, first: number)
        }
        processes[current].note(number)
    }

    /// Says that a read is over.
    mutating func settle() {
        for index in processes.indices { processes[index].settle() }
    }

    private mutating func turn(to process: Int, at number: Int) {
        if let known = processes.firstIndex(where: { $0.identifier == process }) {
            current = known
            return
        }
        if processes.count == Limits.processes { lostByForgotten += processes.removeFirst().lost }
        current = processes.count
        processes.append(Process(identifier: process, first: number))
    }

    /// What came from one process.
    private struct Process {
        let identifier: Int
        private var first: Int
        private(set) var highest: Int
        private var received = 0
        /// The smallest deficit after a line of this read, and of the one before.
        private var least = Int.max
        private var leastBefore = 0
        private(set) var lost = 0

        init(identifier: Int, first: Int) {
            self.identifier = identifier
            self.first = first
            highest = first
        }

        mutating func note(_ number: Int) {
            first = min(first, number)
            highest = max(highest, number)
            received += 1
            least = min(least, highest - first + 1 - received)
        }

        mutating func settle() {
            guard least != Int.max else { return }
            lost = max(lost, min(least, leastBefore))
            leastBefore = least
            least = Int.max
        }
    }
}
