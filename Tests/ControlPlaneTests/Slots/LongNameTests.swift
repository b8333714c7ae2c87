import Domain
import DurableFiles
import Runtimes
import Testing

@testable import ControlPlane

/// The longest valid names, where the system and PostgreSQL take less.
struct LongNameTests {
    private let longest = String(repeating: "e", count: 32)

    @Test(arguments: ProcessDefinition.Kind.allCases)
    func `a service takes the name of any slot's process`(kind: ProcessDefinition.Kind) throws {
        let name = ServiceName(
            environment: try EnvironmentName(longest), slot: try SlotName("s99"), kind: kind,
            process: try ProcessName(String(repeating: "p", count: 24)), instance: 999
        )
        #expect(Service.accepts(name: name.text))
        #expect(ServiceName(name.text)?.text == name.text)
    }

    @Test func `useradd takes the name of any environment's user, and no two are the same`() throws {
        let first = UnixUser.name(for: try EnvironmentName(longest))
        let second = UnixUser.name(for: try EnvironmentName(String(longest.dropLast()) + "f"))
        #expect(first.utf8.count == 32)
        #expect(first != second)
        #expect(UnixUser.name(for: try EnvironmentName("production")) == "switchyard-production")
    }

    @Test func `PostgreSQL keeps the names of any environment's roles whole`() throws {
        let application = try ApplicationName(String(repeating: "a", count: 32))
        let owner = EnvironmentDatabases.ownerRole(of: application, in: try EnvironmentName(longest))
        #expect("\(owner)_migrations".utf8.count == 63)
        #expect(
            owner
                != EnvironmentDatabases.ownerRole(
                    of: application, in: try EnvironmentName(String(longest.dropLast()) + "f")))
        let short = EnvironmentDatabases.ownerRole(
            of: try ApplicationName("freight-ops"), in: try EnvironmentName("production"))
        #expect(short == "freight_ops_production")
    }
}
