import Testing

@testable import Postgres

/// Lines of pgaudit in the server's log.
struct AuditedAccessTests {
    private static let head = "2026-11-28 19:10:16.123 UTC [1234] app_commands@app_production"

    @Test func `a line says who read which object with which command`() throws {
        let access = try #require(
            AuditedAccess(
                message:
                    "\(Self.head) psql LOG:  AUDIT: SESSION,3,1,READ,SELECT,TABLE,public.loads,<not logged>,<not logged>"
            ))
        #expect(access.role == "app_commands" && access.database == "app_production" && access.application == "psql")
        #expect(access.kind == "READ" && access.command == "SELECT" && access.objectType == "TABLE")
        #expect(access.object == "public.loads" && access.statement == nil)
    }

    @Test func `a statement over several lines is one field, with its commas and quotes`() throws {
        let access = try #require(
            AuditedAccess(
                message:
                    "\(Self.head)  LOG:  AUDIT: SESSION,1,1,WRITE,INSERT,,,\"insert into \"\"a b\"\"\nvalues ('x, y')\",<none>"
            ))
        #expect(access.statement == "insert into \"a b\"\nvalues ('x, y')" && access.application == "")
        #expect(access.object == nil && access.objectType == nil)
    }

    static let others = [
        "", "2026-11-28 19:10:16.123 UTC [1234] LOG:  checkpoint starting",
        "\(head) psql LOG:  duration: 1.2 ms", "\(head) psql ERROR:  AUDIT: SESSION,1,1,READ,SELECT,,,x,y",
        "\(head) psql LOG:  AUDIT: SESSION,one,1,READ,SELECT,,,x,y", "\(head) psql LOG:  AUDIT: SESSION,1,1,READ",
        "LOG:  AUDIT: SESSION,1,1,READ,SELECT,,,x,y",
    ]

    @Test(arguments: others)
    func `what is no line of pgaudit is passed over`(message: String) {
        #expect(AuditedAccess(message: message) == nil)
    }
}
