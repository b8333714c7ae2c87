import ServiceLifecycle

/// Ends when the parts of the control plane are to be made anew for another configuration.
struct ConfigurationService: ServiceLifecycle.Service {
    let keeper: ConfigurationKeeper
    let infrastructure: Infrastructure
    let turns: AsyncStream<Void>

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await infrastructure.waitUntilConfigured()
            guard !Task.isCancelled else { return }
            await keeper.judge(proxyFault: infrastructure.proxyFault)
            for await _ in turns { return }
        }
    }
}
