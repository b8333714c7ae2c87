extension HAProxy {
    /// Makes HAProxy load its configuration anew and waits until the new worker runs; old connections stay with the
    /// old worker until they end.
    ///
    /// A configuration that it cannot load leaves the old worker serving and throws `reloadFailed`.
    package func reload() async throws {
        try await exclusively { try await replaceWorkers() }
    }

    private func replaceWorkers() async throws {
        let before = try await processes()
        // The master answers nothing: it is replaced while it reads.
        _ = try await socket.exchange("reload")
        let deadline = ContinuousClock.now + Limits.reload
        while ContinuousClock.now < deadline {
            if let now = try? await processes() {
                if now.failedReloads > before.failedReloads {
                    throw TrafficError.reloadFailed(output: await complaint())
                }
                let known = Set(before.workers.map(\.process))
                if now.workers.contains(where: { $0.isCurrent && !known.contains($0.process) }) { return }
            }
            try await Task.sleep(for: Limits.poll)
        }
        throw TrafficError.reloadFailed(output: await complaint())
    }

    private func complaint() async -> String {
        do {
            try await Programs.run(binary, ["-c", "-f", folder.configuration])
            return "its log has the reason"
        } catch {
            return "\(error)"
        }
    }
}
