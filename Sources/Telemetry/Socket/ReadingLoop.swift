import Glibc

/// The thread that reads the request log: it waits for workers of HAProxy and takes what they write.
struct ReadingLoop {
    let log: RequestLog
    let stop: StopSignal
    let socket: LogSocket

    /// Returns once it is told to stop and has read what was on its way.
    func run() {
        var connections: [LogConnection] = []
        while true {
            guard waitForWork(connections) else { break }
            accept(into: &connections)
            let bytes = read(&connections)
            if bytes < Limits.busyBytes, isStopped(within: Limits.pauseMilliseconds) { break }
        }
        // Nobody may connect to a reader that is leaving: what is written to it would be lost.
        accept(into: &connections)
        socket.end()
        // HAProxy then closes by itself, after what it has begun to send; cut off, it would lose that.
        for connection in connections { shutdown(connection.descriptor, Int32(SHUT_WR)) }
        readLast(of: &connections)
        for _ in connections { log.noteClosed() }
    }

    /// Answers false when it is time to stop.
    private func waitForWork(_ connections: [LogConnection]) -> Bool {
        let isFull = connections.count >= Limits.connections
        let ends = [stop.descriptor, socket.holder?.descriptor ?? -1]
        let descriptors = ends + [isFull ? -1 : socket.descriptor] + connections.map(\.descriptor)
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while poll(&polled, nfds_t(polled.count), -1) < 0, errno == EINTR {}
        return polled.prefix(ends.count).allSatisfy { $0.revents == 0 }
    }

    private func isStopped(within milliseconds: Int32) -> Bool {
        var polled = pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, milliseconds) > 0
    }

    private func accept(into connections: inout [LogConnection]) {
        while connections.count < Limits.connections, let connection = socket.accept() {
            connections.append(connection)
            log.noteConnected()
        }
    }

    /// Takes what is there from each connection, and lets go of those that are over; answers the bytes.
    private func read(_ connections: inout [LogConnection]) -> Int {
        var bytes = 0
        connections.removeAll { connection in
            switch connection.receive() {
            case .nothing:
                return false
            case .bytes(let count):
                bytes += count
                do {
                    try log.read(connection.buffer)
                    return false
                } catch {
                    log.noteClosed()
                    return true
                }
            case .ended:
                log.noteClosed()
                return true
            }
        }
        return bytes
    }

    private func readLast(of connections: inout [LogConnection]) {
        let end = ContinuousClock.now + .milliseconds(Int(Limits.farewellMilliseconds))
        while !connections.isEmpty, .now < end {
            var polled = connections.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            _ = poll(&polled, nfds_t(polled.count), Limits.farewellMilliseconds)
            _ = read(&connections)
        }
    }
}
