/// Why a request failed: the client got no answer, half of one, or one that the proxy had to make up.
package enum FailureReason: String, Codable, CodingKeyRepresentable, CaseIterable, Sendable {
    /// No TCP connection could be made.
    case connectionRefused
    /// The connection was reset.
    case reset
    /// The connection ended before a byte of the answer, or before its head was whole.
    case noResponse
    /// The connection ended in the middle of the answer.
    case incompleteResponse
    /// What arrived is no HTTP.
    case invalidResponse
    /// No whole answer within the plan's `requestTimeout`.
    case timeout
    case proxyMade502
    case proxyMade503
    case proxyMade504
}

/// How one request ended.
enum Outcome: Equatable, Sendable {
    case answered(Answer)
    case failed(FailureReason)

    struct Answer: Equatable, Sendable {
        let status: Int
        /// What the release header said.
        let release: String?
        /// Whether the application sent it, as far as the plan lets one tell.
        let isFromApplication: Bool

        /// A 5xx that the application itself sent.
        var isApplicationError: Bool { isFromApplication && (500...599).contains(status) }
    }

    /// Judges a whole response by its status and by the two headers that the plan names.
    init(status: Int, plan: LoadPlan, header: (String) -> String?) {
        let isForwarded = plan.forwardedHeader.map { header($0) != nil }
        switch (status, isForwarded ?? false) {
        case (502, false): self = .failed(.proxyMade502)
        case (503, false): self = .failed(.proxyMade503)
        case (504, false): self = .failed(.proxyMade504)
        default:
            let release = plan.releaseHeader.flatMap(header)
            self = .answered(Answer(status: status, release: release, isFromApplication: isForwarded ?? true))
        }
    }
}
