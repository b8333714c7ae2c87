import Glibc

/// Ways for a process to end without cleaning up, as a real fault would.
enum ProcessExit {
    /// The status of a process that ended because a switch said so; EX_SOFTWARE of sysexits.h.
    static let chaosStatus: Int32 = 70

    static func now(status: Int32) -> Never {
        _exit(status)
    }

    static func crash() -> Never {
        abort()
    }
}
