/// How many requests a slot was sent, and how many of them were answered with 5xx.
package struct AnswerCounts: Codable, Equatable, Sendable {
    package var requests: Int
    package var errors: Int

    package init(requests: Int = 0, errors: Int = 0) {
        self.requests = requests
        self.errors = errors
    }

    package static func += (left: inout AnswerCounts, right: AnswerCounts) {
        left.requests += right.requests
        left.errors += right.errors
    }
}
