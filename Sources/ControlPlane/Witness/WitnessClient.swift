import AsyncHTTPClient
package import Audit
import Foundation
import NIOCore
import NIOHTTP1

/// Asks a witness over HTTP (C2SP tlog-witness) to cosign how far a record has come.
package struct WitnessClient: Sendable {
    private let url: String
    private let key: VerifierKey

    /// Asks once: a refused connection is refused. It lives as long as the process, as `HTTPClient.shared` does.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// `url` without a slash at its end; `key` is the one that the witness signs with.
    package init(url: String, key: VerifierKey) {
        self.url = url
        self.key = key
    }

    /// The newest checkpoint of the log in a folder with the witness' cosignature, checked.
    ///
    /// `kept` is the size that it cosigned last, as far as that is known; 0 for none. Throws `WitnessFault`, and
    /// `AuditError` where there is no log or a tile is missing that the proof needs.
    package func cosign(log folder: String, after kept: Int) async throws -> SignedCheckpoint {
        do {
            return try await ask(folder, from: kept)
        } catch Answer.outdated(let size) {
            // Once more where the witness has seen another size than we thought.
            do { return try await ask(folder, from: size) } catch is Answer { throw WitnessFault.forked(size: size) }
        }
    }

    /// The witness has another size than the one that was asked from.
    private enum Answer: Error { case outdated(size: Int) }

    private func ask(_ folder: String, from oldSize: Int) async throws -> SignedCheckpoint {
        let request = try WitnessRequest(oldSize: oldSize, logFolder: folder)
        guard oldSize <= request.checkpoint.size else {
            throw WitnessFault.shorter(seen: oldSize, size: request.checkpoint.size)
        }
        let (status, body) = try await send(request.body)
        switch status {
        case 200:
            guard let cosigned = try? request.checkpoint.adding(signatureLines: body), cosigned.isSigned(by: key) else {
                throw WitnessFault.otherKey(url: url)
            }
            return cosigned
        case 409:
            guard let size = Int(body.trimmingCharacters(in: .newlines)), size != oldSize else {
                throw WitnessFault.forked(size: oldSize)
            }
            throw Answer.outdated(size: size)
        case 422: throw WitnessFault.unproven
        case 403, 404: throw WitnessFault.unknownLog
        default: throw WitnessFault.unexpected(status: status)
        }
    }

    private func send(_ body: String) async throws -> (status: Int, body: String) {
        do {
            var request = HTTPClientRequest(url: "\(url)/add-checkpoint")
            request.method = .POST
            request.body = .bytes(ByteBuffer(string: body))
            let response = try await Self.http.execute(
                request, timeout: .nanoseconds(Int64(Limits.witnessAnswer.components.seconds) * 1_000_000_000))
            let answer = try await response.body.collect(upTo: Limits.witnessBytes)
            return (Int(response.status.code), String(buffer: answer))
        } catch let error as CancellationError {
            throw error
        } catch {
            throw WitnessFault.away(url: url, cause: "\(error)")
        }
    }
}
