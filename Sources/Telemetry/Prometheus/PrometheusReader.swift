import AsyncHTTPClient
package import Domain
import Foundation
package import Logging
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Asks Prometheus servers for the values of guards' expressions.
package struct PrometheusReader: Sendable {
    /// What a server said.
    package enum Reading: Sendable, Equatable {
        case value(Double)
        /// Nothing can be concluded, for the reason in the sentence. Never a pass.
        case inconclusive(String)
    }

    /// Whether a server takes an expression.
    package enum Acceptance: Sendable, Equatable {
        case accepted
        /// The server does not know what it is to evaluate; the sentence has its words.
        case refused(String)
        /// Nothing is known, for the reason in the sentence.
        case unanswered(String)
    }

    /// Answers have a few hundred bytes; a thousand series would be none that a guard can use.
    private static let answerBytes = 1_024 * 1_024

    /// Asks once and at the address that is configured: a redirection would take the password elsewhere.
    ///
    /// It lives as long as the process, as `HTTPClient.shared` does.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.redirectConfiguration = .disallow
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    private let timeout: Duration
    private let logger: Logger

    /// `timeout` is for one question with its whole answer.
    package init(logger: Logger, timeout: Duration = .seconds(2)) {
        self.logger = logger
        self.timeout = timeout
    }

    /// The one finite value that the guard's expression has now, or why there is none.
    package func value(of metric: MetricGuard) async -> Reading {
        do throws(PrometheusFault) {
            let answer = try await answer(to: PrometheusQuestion(metric, timeout: timeout))
            if !answer.infos.isEmpty {
                logger.debug(
                    "Prometheus has a remark on a metric",
                    metadata: ["metric": "\(metric.name)", "remark": "\(answer.infos.joined(separator: "; ").told)"])
            }
            return try .value(answer.oneValue())
        } catch {
            return .inconclusive(error.sentence(about: metric))
        }
    }

    /// Asks whether the server takes the expression, without loading a sample.
    package func check(_ metric: MetricGuard) async -> Acceptance {
        do throws(PrometheusFault) {
            _ = try await answer(to: PrometheusQuestion(metric, timeout: timeout, isTrial: true))
            return .accepted
        } catch {
            if case .expressionRefused = error { return .refused(error.sentence(about: metric)) }
            return .unanswered(error.sentence(about: metric))
        }
    }
}

// MARK: - One exchange

extension PrometheusReader {
    private func answer(to question: PrometheusQuestion) async throws(PrometheusFault) -> PrometheusAnswer {
        let (status, body) = try await exchange(question)
        let answer = try? JSONDecoder().decode(PrometheusAnswer.self, from: body)
        if status == 400, let answer, answer.errorType == "bad_data" {
            throw .expressionRefused(answer.error ?? "bad_data")
        }
        guard status == 200 else { throw .status(status, reason: answer?.error) }
        guard let answer, answer.status == "success" else { throw .unreadable }
        return answer
    }

    private func exchange(_ question: PrometheusQuestion) async throws(PrometheusFault) -> (status: Int, body: Data) {
        do {
            return try await withinTimeout { () -> (status: Int, body: Data) in
                // The answer's body is not part of the client's own timeout, so that is only the longest.
                let response = try await Self.http.execute(question.request, timeout: .seconds(60))
                let body = try await response.body.collect(upTo: Self.answerBytes)
                return (Int(response.status.code), Data(buffer: body))
            }
        } catch let fault as PrometheusFault {
            throw fault
        } catch let error as HTTPClientError where [.connectTimeout, .readTimeout, .deadlineExceeded].contains(error) {
            throw .late(timeout)
        } catch is NIOTooManyBytesError {
            throw .tooLarge(bytes: Self.answerBytes)
        } catch let error as IOError where error.errnoCode == ECONNREFUSED {
            throw .connectionRefused
        } catch {
            throw .unreachable("\(error)")
        }
    }

    private func withinTimeout<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw PrometheusFault.late(timeout)
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}
