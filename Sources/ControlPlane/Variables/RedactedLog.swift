import DurableFiles
import Foundation
import Glibc
import Runtimes
import Secrets

/// Takes the secrets out of what a process prints before it is written anywhere: what `switchyard redact` does.
///
/// It stands between runsv's pipe and svlogd, so the process never meets a broken pipe. Nothing passes before the secrets
/// are known; those that come later are known before a process can have them, because their file is looked at before each
/// piece is passed on.
package struct RedactedLog {
    /// What writes the log.
    private let writer: [String]
    private let known: String
    private let keyRing: KeyRingFile
    private var stamp: FileStamp?
    private var nextAttempt = ContinuousClock.now
    private var complaint: String?
    private var redactor = Redactor(.none)

    package init(known: String, keyRing: String, writer: [String]) {
        self.known = known
        self.writer = writer
        self.keyRing = KeyRingPlace.file(otherwise: keyRing)
    }

    /// Passes everything on until the input ends or SIGTERM comes, and ends when the writer has.
    ///
    /// After SIGTERM it reads on for a moment where what it holds back may be half of a secret: whoever comes next would not
    /// know the other half.
    package mutating func run() throws {
        CoreDumps.forbidLooking()
        let ending = try EndSignal()
        while !learn() {
            // The process waits at its pipe meanwhile: better late than in the clear.
            guard !ending.isGiven(within: Limits.secretsPause) else { return }
        }
        var log = try LogWriter(writer, until: ending)
        var input = [UInt8](repeating: 0, count: Limits.redactedPiece)
        var output: [UInt8] = []
        var isCut = false
        var deadline: ContinuousClock.Instant?
        while true {
            isCut = !ending.waitForInput()
            if isCut {
                let end = deadline ?? .now + Limits.restOfSecret
                deadline = end
                if !redactor.holdsBack || .now >= end || !EndSignal.hasInput(within: end - .now) { break }
            }
            let count = read(STDIN_FILENO, &input, input.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                // That is its true end.
                isCut = false
                break
            }
            learnWhatIsNew()
            output.removeAll(keepingCapacity: true)
            input.withUnsafeBytes { redactor.feed(UnsafeRawBufferPointer(rebasing: $0[..<count]), into: &output) }
            try log.write(output)
        }
        try log.write(isCut ? redactor.abandon() : redactor.finish())
        log.end()
    }

    /// Looks whether there is something new; what is known stays where it cannot be read, and it is tried again.
    private mutating func learnWhatIsNew() {
        guard FileStamp(known) != stamp, .now >= nextAttempt else { return }
        if !learn() { nextAttempt = .now + Limits.secretsPause }
    }

    /// False where the secrets cannot be known now; why is said once.
    private mutating func learn() -> Bool {
        let stamp = FileStamp(known)
        do {
            redactor.replacePatterns(try KnownSecrets.patterns(file: known, keyRing: keyRing))
            (self.stamp, complaint) = (stamp, nil)
            return true
        } catch {
            let sentence = "The log waits for the secrets that must not be in it: \(error)"
            if complaint != sentence { FileHandle.standardError.write(Data((sentence + "\n").utf8)) }
            complaint = sentence
            return false
        }
    }
}

/// SIGTERM as something that can be waited for beside the input.
private struct EndSignal {
    /// Written to by the handler, which can't know an object.
    nonisolated(unsafe) private static var bell: Int32 = -1
    private let reading: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw FileFault(operation: "make", path: "a pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        reading = ends[0]
        Self.bell = ends[1]
        // Whoever has started us may have had signals blocked, and that stays.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        signal(SIGPIPE, SIG_IGN)
        signal(SIGTERM) { _ in
            var byte: UInt8 = 1
            _ = write(EndSignal.bell, &byte, 1)
        }
    }

    /// Waits for input; false when the signal comes first.
    func waitForInput() -> Bool {
        var asked = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: reading, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&asked, 2, -1) < 0 && errno == EINTR {}
        return asked[1].revents == 0
    }

    /// Whether there is input; the signal is not looked at.
    static func hasInput(within time: Duration) -> Bool {
        var asked = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        return poll(&asked, 1, Int32(time / .milliseconds(1))) > 0
    }

    func isGiven(within time: Duration) -> Bool {
        var asked = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
        return poll(&asked, 1, Int32(time / .milliseconds(1))) > 0
    }
}

/// The process that writes the log, started again where it ends before its time.
private struct LogWriter {
    private let words: [String]
    private let ending: EndSignal
    private var process: pid_t = 0
    private var pipe: Int32 = -1

    init(_ words: [String], until ending: EndSignal) throws {
        self.words = words
        self.ending = ending
        try start()
    }

    /// Writes all of it, to another process where this one has ended; once it is told to end, it begins no other.
    mutating func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(pipe, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                end()
                guard !ending.isGiven(within: Limits.secretsPause) else {
                    throw FileFault(operation: "write to", path: words[0], code: EPIPE)
                }
                try start()
            }
        }
    }

    /// Lets it write what it has and waits for its end.
    func end() {
        close(pipe)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    }

    private mutating func start() throws {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw FileFault(operation: "make", path: "a pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        let arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let failure = posix_spawn(&process, words[0], &actions, &attributes, arguments, environ)
        close(ends[0])
        guard failure == 0 else {
            close(ends[1])
            throw FileFault(operation: "start", path: words[0], code: failure)
        }
        pipe = ends[1]
    }
}
