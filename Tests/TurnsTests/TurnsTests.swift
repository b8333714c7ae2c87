import Testing
import Turns

@Suite(.timeLimit(.minutes(1)))
struct TurnsTests {
    private struct Refusal: Error {}

    /// Notes what it does, and lets others in wherever it waits.
    private actor Desk {
        private let turns = Turns()
        private(set) var asked = 0
        private(set) var notes: [String] = []

        /// Keeps its turn until so many have asked for one.
        func work(_ name: String, untilAsked count: Int = 0) async {
            asked += 1
            await turns.take {
                notes.append("\(name) begins")
                repeat { await Task.yield() } while asked < count
                notes.append("\(name) ends")
            }
        }

        func refuse() async throws { try await turns.take { throw Refusal() } }
    }

    @Test func `turns do not overlap, and come in the order in which they were asked for`() async {
        let desk = Desk()
        let names = (1...20).map { "\($0)" }
        await withTaskGroup(of: Void.self) { group in
            for (index, name) in names.enumerated() {
                group.addTask { await desk.work(name, untilAsked: names.count) }
                while await desk.asked <= index { await Task.yield() }
            }
        }
        #expect(await desk.notes == names.flatMap { ["\($0) begins", "\($0) ends"] })
    }

    @Test func `an error ends its turn`() async {
        let desk = Desk()
        await #expect(throws: Refusal.self) { try await desk.refuse() }
        await desk.work("the next one")
        #expect(await desk.notes.count == 2)
    }
}
