package import Domain

extension HAProxy {
    /// What is open in both backends of a slot, on all workers, the old ones of a reload too.
    package func inFlight(_ environment: EnvironmentName, _ slot: SlotName) async throws -> InFlight {
        let backends = HAProxyConfiguration.BackendKind.allCases.map {
            HAProxyConfiguration.backend(environment, slot, $0)
        }
        var inFlight = InFlight()
        for worker in try await processes().workers {
            // In this order: one that ends between the two answers counts as a request once more, none is overlooked.
            let questions =
                backends.map { "show stat \($0) \(RowType.backend.rawValue) -1" }
                + ["show table \(HAProxyConfiguration.longLivedTable)"]
            let reply = try await socket.exchange(
                questions.map { "@!\(worker.process) \($0)" }.joined(separator: "; "))
            let all = RuntimeReply.statistics(reply).reduce(0) { $0 + $1["scur"] + $1["qcur"] }
            let tracked = RuntimeReply.trackedConnections(reply)
            let longLived = min(all, backends.reduce(0) { $0 + tracked[$1, default: 0] })
            inFlight.longLived += longLived
            inFlight.requests += all - longLived
        }
        return inFlight
    }

    /// What a slot has answered since the workers that run now began.
    package func answers(_ environment: EnvironmentName, _ slot: SlotName) async throws -> AnswerCounts {
        var counts = AnswerCounts()
        for worker in try await processes().workers {
            let questions = HAProxyConfiguration.BackendKind.allCases.map { kind in
                let backend = HAProxyConfiguration.backend(environment, slot, kind)
                return "@!\(worker.process) show stat \(backend) \(RowType.backend.rawValue) -1"
            }
            let reply = try await socket.exchange(questions.joined(separator: "; "))
            for row in RuntimeReply.statistics(reply) {
                counts.requests += row["req_tot"]
                counts.errors += row["hrsp_5xx"]
            }
        }
        return counts
    }

    /// Servers of a slot that the newest worker holds to be healthy.
    package func healthyServers(_ environment: EnvironmentName, _ slot: SlotName) async throws -> Int {
        guard let worker = try await processes().workers.last(where: \.isCurrent) else { return 0 }
        let backend = HAProxyConfiguration.backend(environment, slot, .read)
        let reply = try await socket.exchange("@!\(worker.process) show stat \(backend) \(RowType.server.rawValue) -1")
        // "UP 1/2" is a server that no check has found well yet (as all are after a start), or that one found ill.
        return RuntimeReply.statistics(reply).count { $0.status == "UP" }
    }

    /// The kinds of rows that `show stat` can be asked for.
    private enum RowType: Int { case backend = 2, server = 4 }
}
