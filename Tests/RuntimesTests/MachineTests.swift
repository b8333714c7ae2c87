import Domain
import DurableFiles
import Glibc
import Runtimes
import Testing

struct MachineTests {
    @Test func `a process knows itself, and not a later or earlier one with its pid`() {
        let own = ProcessIdentity.current()
        #expect(own.isAlive)
        #expect(own.pid == getpid())
        #expect(!ProcessIdentity(pid: own.pid, startTicks: own.startTicks + 1, bootID: own.bootID).isAlive)
        #expect(!ProcessIdentity(pid: own.pid, startTicks: own.startTicks, bootID: "another").isAlive)
    }

    @Test func `an account is found by its name`() {
        #expect(UnixUser(named: "root")?.userID == 0)
        #expect(UnixUser(named: "no-such-account") == nil)
    }
}
