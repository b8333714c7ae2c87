import Foundation
import Glibc
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3)))
struct PrivateClusterTests {
    @Test func `preparing again keeps password, port and data`() async throws {
        try await withTemporaryFolder { folder in
            let cluster = try await PrivateCluster(folder: "\(folder)/cluster", durability: .disposable)
            try await cluster.prepare()
            let first = try cluster.superuserAddress()
            try await PrivateCluster(folder: "\(folder)/cluster/", durability: .disposable).prepare()
            #expect(try cluster.superuserAddress() == first)
            #expect(cluster.isRunning() == false)
        }
    }

    @Test func `an initialisation that was interrupted is begun anew`() async throws {
        try await withTemporaryFolder { folder in
            let unfinished = "\(folder)/cluster/data.unfinished"
            try FileManager.default.createDirectory(atPath: unfinished, withIntermediateDirectories: true)
            try Data("15\n".utf8).write(to: URL(filePath: "\(unfinished)/PG_VERSION"))
            let cluster = try await PrivateCluster(folder: "\(folder)/cluster", durability: .disposable)
            try await cluster.prepare()
            #expect(!FileManager.default.fileExists(atPath: unfinished))
            #expect(FileManager.default.fileExists(atPath: "\(folder)/cluster/data/PG_VERSION"))
        }
    }

    @Test func `a port that another process has taken is changed`() async throws {
        try await withTemporaryFolder { folder in
            let cluster = try await PrivateCluster(folder: "\(folder)/cluster", durability: .disposable)
            try await cluster.prepare()
            let port = try cluster.superuserAddress().port
            let stranger = try BusyPort(port)
            try await cluster.prepare()
            #expect(try cluster.superuserAddress().port != port)
            stranger.close()
        }
    }

    @Test func `secrets and data are for their owner only`() async throws {
        try await withTemporaryFolder { folder in
            let cluster = try await PrivateCluster(folder: "\(folder)/cluster", durability: .disposable)
            try await cluster.prepare()
            for (name, mode) in [("", 0o700), ("/superuser.password", 0o600), ("/data/postgresql.conf", 0o600)] {
                let attributes = try FileManager.default.attributesOfItem(atPath: cluster.folder + name)
                #expect(attributes[.posixPermissions] as? Int == mode, "\(name)")
            }
            #expect((cluster.unixUser == "postgres") == (geteuid() == 0))
        }
    }

    @Test func `a folder whose socket path would be too long is refused with its excess`() async {
        let folder = "/tmp/" + String(repeating: "x", count: 100)
        let refusal = await #expect(throws: PostgresError.self) { try await PrivateCluster(folder: folder) }
        #expect(refusal.map { "\($0)".contains("13 bytes too long") } == true)
    }

    @Test func `what a slot's login role makes belongs to the owner`() async throws {
        let cluster = try await PostgresFixture.shared.cluster().cluster
        for _ in 1...2 {
            try await cluster.ensureDatabase("freight-x", owner: "freight-owner")
            try await cluster.ensureLoginRole(
                "freight-s1", password: "p/1 ü", memberOf: "freight-owner", connectionLimit: 3)
        }
        try await cluster.ensureLoginRole("freight-s2", password: "p2", memberOf: "freight-owner", connectionLimit: 3)
        let first = try PostgresAddress(url: cluster.url(role: "freight-s1", password: "p/1 ü", database: "freight-x"))
        let second = try PostgresAddress(url: cluster.url(role: "freight-s2", password: "p2", database: "freight-x"))
        let one = try await PostgresConnection.connect(to: first, applicationName: "one")
        let two = try await PostgresConnection.connect(to: second, applicationName: "two")
        try await one.execute("CREATE TABLE loads (id int)")
        try await two.execute("ALTER TABLE loads ADD COLUMN customer text")
        let rows = try await two.query(
            "SELECT tableowner, session_user::text AS login FROM pg_tables WHERE tablename = 'loads'")
        let row = try #require(rows.first)
        #expect(try row.decode("tableowner") == "freight-owner")
        #expect(try row.decode("login") == "freight-s2")
        await #expect(throws: PostgresError.self) {
            try await PostgresConnection.connect(to: first.database("postgres"), applicationName: "one").execute(
                "SELECT pg_read_file('/etc/passwd')")
        }
        await one.close()
        await two.close()
    }

    @Test func `a slot's role stays itself, and what it has made goes to the owner when it is made ready again`()
        async throws
    {
        let cluster = try await PostgresFixture.shared.cluster().cluster
        try await cluster.ensureDatabase("slotted", owner: "slotted-owner")
        func makeReady(_ role: String) async throws -> PostgresAddress {
            try await cluster.ensureLoginRole(
                role, password: "p", memberOf: "slotted-owner", in: "slotted", actsAsOwner: false)
            return try PostgresAddress(url: cluster.url(role: role, password: "p", database: "slotted"))
        }
        let (first, second) = (try await makeReady("slotted-s1"), try await makeReady("slotted-s2"))
        try await PostgresConnection.using(first, applicationName: "one") { connection in
            try await connection.execute("CREATE TABLE loads (id int)")
            let row = try await connection.query("SELECT current_user::text AS role")[0]
            #expect(try row.decode("role") == "slotted-s1")
        }
        try await PostgresConnection.using(second, applicationName: "two") { connection in
            _ = try await connection.execute("INSERT INTO loads VALUES (1)")
        }
        _ = try await makeReady("slotted-s1")
        try await PostgresConnection.using(second, applicationName: "two") { connection in
            try await connection.execute("ALTER TABLE loads ADD COLUMN customer text")
            let row = try await connection.query(
                "SELECT tableowner::text AS owner FROM pg_tables WHERE tablename = 'loads'")[0]
            #expect(try row.decode("owner") == "slotted-owner")
        }
    }

    @Test(arguments: 1...5)
    func `a server that is lent for some work ends with it, however it ends`(round: Int) async throws {
        struct Refusal: Error {}
        try await withTemporaryFolder { folder in
            let cluster = try await PrivateCluster(folder: "\(folder)/c", durability: .disposable)
            let answer = try await cluster.whileRunning {
                try await PostgresConnection.using(cluster.superuserAddress(), applicationName: "test") { connection in
                    try await connection.query("SELECT 41 + 1 AS answer")[0].decode("answer", as: Int.self)
                }
            }
            #expect(answer == 42)
            #expect(!cluster.isRunning())
            await #expect(throws: Refusal.self) { try await cluster.whileRunning { throw Refusal() } }
            #expect(!cluster.isRunning())
        }
    }

    @Test func `a role holds no more connections than its limit`() async throws {
        let cluster = try await PostgresFixture.shared.cluster().cluster
        try await cluster.ensureDatabase("limited", owner: "limited-owner")
        try await cluster.ensureLoginRole("limited-s1", password: "p", memberOf: "limited-owner", connectionLimit: 1)
        let address = try PostgresAddress(url: cluster.url(role: "limited-s1", password: "p", database: "limited"))
        let only = try await PostgresConnection.connect(to: address, applicationName: "only")
        await #expect(throws: PostgresError.self) {
            try await PostgresConnection.connect(to: address, applicationName: "other")
        }
        await only.close()
    }
}

/// A listener that holds a port of 127.0.0.1.
struct BusyPort {
    private let descriptor: Int32

    init(_ port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, listen(descriptor, 1) == 0 else {
            throw PostgresError.connect(server: "127.0.0.1:\(port)", reason: String(cString: strerror(errno)))
        }
    }

    func close() {
        Glibc.close(descriptor)
    }
}
