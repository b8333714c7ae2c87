import Domain
import Logging
import ServiceLifecycle

/// Tells the redactors at the start what an earlier process had no time to tell; what cannot be told is tried again.
struct PublishingService: ServiceLifecycle.Service {
    let variables: EnvironmentVariables
    let environments: [EnvironmentName]
    let infrastructure: Infrastructure
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await infrastructure.waitUntilConfigured()
            var complaint = ""
            var rest = environments
            while !Task.isCancelled {
                do {
                    while let next = rest.first {
                        try await variables.publish(next)
                        try await variables.sealOlder(in: next)
                        rest.removeFirst()
                    }
                } catch {
                    if complaint != "\(error)" {
                        logger.error("the redactors do not know all secrets yet", metadata: ["error": "\(error)"])
                    }
                    complaint = "\(error)"
                }
                try? await Task.sleep(for: Limits.infrastructureInterval)
            }
        }
    }
}
