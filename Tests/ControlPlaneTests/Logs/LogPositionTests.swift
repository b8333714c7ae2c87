import API
import Domain
import Testing

struct LogPositionTests {
    private func line(_ stamp: String, _ text: String, process: String = "web.1") -> LogReport.Line {
        LogReport.Line(slot: SlotName(number: 1), release: "app 1", process: process, text: "\(stamp) \(text)")
    }

    private func newLines(of lines: ArraySlice<LogReport.Line>, at position: inout LogPosition) -> [LogReport.Line] {
        var new: [LogReport.Line] = []
        for line in lines where position.take(line) { new.append(line) }
        return new
    }

    @Test func `a stream that begins again at the last time stamp repeats nothing and loses nothing`() {
        var position = LogPosition()
        let lines = [line("1", "a"), line("2", "b"), line("2", "c"), line("2", "d"), line("3", "e")]
        #expect(newLines(of: lines[...2], at: &position).count == 3)
        #expect(position.text == "s1/web.1@2")
        position.beginAgain()
        #expect(newLines(of: lines[1...], at: &position) == [lines[3], lines[4]])
        #expect(position.text == "s1/web.1@3")
    }

    @Test func `a stream that broke off again before it came to anything new loses nothing either`() {
        var position = LogPosition()
        let lines = [line("2", "b"), line("2", "c"), line("2", "d")]
        #expect(newLines(of: lines[...1], at: &position).count == 2)
        position.beginAgain()
        #expect(newLines(of: lines[...0], at: &position).isEmpty)
        position.beginAgain()
        #expect(newLines(of: lines[...], at: &position) == [lines[2]])
    }

    @Test func `each process has its own place`() {
        var position = LogPosition()
        let lines = [line("5", "a", process: "web.1"), line("4", "a", process: "worker.1")]
        #expect(newLines(of: lines[...], at: &position) == lines)
        #expect(position.text == "s1/web.1@5,s1/worker.1@4")
        #expect(LogPosition.stamps(in: position.text) == ["s1/web.1": "5", "s1/worker.1": "4"])
    }

    @Test(arguments: ["web.1", "@1", "s1/web.1@2,x"])
    func `what is no list of places is refused`(text: String) {
        #expect(LogPosition.stamps(in: text) == nil)
    }
}
