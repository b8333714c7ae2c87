/// What a request was to its user, and whether it says something of the release.
///
/// Bad is a 5xx, no response, or one that the application broke off. A 4xx is an answer. A client that gave up before
/// an answer says nothing of errors, and of times only when it had waited for long.
enum Outcome: Equatable, Sendable {
    case answered(microseconds: Int)
    /// `isAnswered` where the application itself sent at least the head of a response.
    case failed(isAnswered: Bool)
    case gaveUp(milliseconds: Int)
    /// Websockets, and what an operator ended: nothing can be concluded from them.
    case leftOut

    init(_ line: RequestLine) {
        self.init(
            status: line.status, microseconds: line.microseconds, milliseconds: line.milliseconds,
            termination: line.termination)
    }

    /// `termination` is the first letter of the state in HAProxy's manual, 8.5.
    init(status: Int, microseconds: Int?, milliseconds: Int, termination: UInt8) {
        switch termination {
        case UInt8(ascii: "K"):
            self = .leftOut
        case UInt8(ascii: "C") where microseconds == nil, UInt8(ascii: "c") where microseconds == nil:
            self = .gaveUp(milliseconds: milliseconds)
        case _ where status == 101:
            self = .leftOut
        case UInt8(ascii: "S"), UInt8(ascii: "s"), UInt8(ascii: "D"):
            self = .failed(isAnswered: microseconds != nil)
        case _ where status >= 500 || status < 100:
            self = .failed(isAnswered: microseconds != nil)
        default:
            self = microseconds.map { .answered(microseconds: $0) } ?? .leftOut
        }
    }

    var isFailed: Bool {
        if case .failed = self { true } else { false }
    }

    /// The time by which it is judged; nil where it has none: errors of the application are compared as errors.
    ///
    /// `patience` is the time in milliseconds beyond which hardly anybody waits on the stable slot.
    func judgedTime(patience: Double?) -> JudgedTime? {
        switch self {
        case .answered(let microseconds): .microseconds(microseconds)
        case .failed(let isAnswered): isAnswered ? nil : .unanswered
        case .gaveUp(let milliseconds): patience.map { Double(milliseconds) > $0 } ?? false ? .unanswered : nil
        case .leftOut: nil
        }
    }
}

/// A response time for the judge.
enum JudgedTime: Equatable, Sendable {
    case microseconds(Int)
    /// Longer than anything.
    case unanswered
}
