import Foundation
import Glibc

extension SupervisorTree {
    /// Becomes the tree's runsvdir, for an init that watches over it; returns only when another runsvdir ran for the
    /// folder and has ended.
    ///
    /// The lock is held until the program is exchanged, so that nobody starts a second tree meanwhile.
    package func becomeSupervisor() async throws {
        let runit = try Runit()
        try makeFolders()
        let lock = try await holdLock()
        defer { close(lock) }
        if let running = supervisor() {
            flock(lock, LOCK_UN)
            while running.isAlive { try await Task.sleep(for: Limits.supervisorWatch) }
            return
        }
        try exchangeProgram(for: arguments(of: runit))
    }

    private func exchangeProgram(for arguments: [String]) throws {
        guard chdir("/") == 0 else { throw RuntimeFault.treeNotStarted(folder: folder, reason: "chdir failed") }
        // The thread that runs this may have signals blocked, and a new program would keep that.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        Glibc.signal(SIGPIPE, SIG_DFL)
        let environment = Self.terminated(["PATH=\(Runit.searchPath)", "LANG=C.UTF-8"])
        let words = Self.terminated(arguments)
        execve(arguments[0], words, environment)
        let reason = String(cString: strerror(errno))
        for text in words + environment { free(text) }
        throw RuntimeFault.treeNotStarted(folder: folder, reason: reason)
    }

    /// As execve(2) takes them.
    private static func terminated(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { strdup($0) } + [nil]
    }
}
