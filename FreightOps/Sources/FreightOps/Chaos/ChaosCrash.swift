import ServiceLifecycle

/// Aborts the process after the time that the chaos switch names.
struct ChaosCrash: Service {
    let delay: Duration

    func run() async throws {
        await cancelWhenGracefulShutdown {
            do {
                try await Task.sleep(for: delay)
            } catch {
                return
            }
            ProcessExit.crash()
        }
    }
}
