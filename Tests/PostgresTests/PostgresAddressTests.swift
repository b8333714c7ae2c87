import Postgres
import Testing

struct PostgresAddressTests {
    @Test func `a URL is read with its escapes`() throws {
        let address = try PostgresAddress(url: "postgres://ann%40x:p%3Aw%2F@127.0.0.1:6000/freight")
        #expect(address.user == "ann@x")
        #expect(address.password == "p:w/")
        #expect(address.host == "127.0.0.1")
        #expect(address.port == 6000)
        #expect(address.database == "freight")
    }

    @Test(arguments: [
        ("postgres://db.example.com/freight", "verify-full"),
        ("postgresql://10.0.0.7:5433/freight", "verify-full"),
        ("postgres://localhost,db.example.com/freight", "verify-full"),
        ("postgres://db.example.com/freight?sslmode=require", "require"),
        ("postgres://localhost.example.com/freight", "verify-full"),
        ("postgres://127.0.0.1/freight", nil),
        ("postgres://[::1]/freight", nil),
        ("postgres://localhost/freight", nil),
        ("postgres:///freight?host=/run/postgresql", nil),
    ])
    func `a server elsewhere must prove who it is`(url: String, mode: String?) throws {
        #expect(try PostgresAddress(url: url).parameters["sslmode"] == mode)
    }

    @Test func `an address never shows its password`() throws {
        let address = try PostgresAddress(url: "postgres://ann:hunter2@127.0.0.1/freight?password=hunter3")
        var dumped = ""
        dump(address, to: &dumped)
        for text in ["\(address)", String(reflecting: address), dumped, String(describing: [address])] {
            #expect(!text.contains("hunter"))
            #expect(text.contains("ann@127.0.0.1:5432/freight"))
        }
    }

    @Test(arguments: ["", "freight", "mysql://x/y", "postgres://u:hunter%zz@h/d", "postgres://u:hunter2@[::1/d"])
    func `a text that is no URL is refused without repeating it`(text: String) {
        let refusal = #expect(throws: PostgresError.self) { try PostgresAddress(url: text) }
        #expect(refusal.map { "\($0)".contains("hunter") } == false)
    }

    @Test func `an address survives as a URL`() throws {
        let address = PostgresAddress(parameters: [
            "host": "/run/a b", "user": "ann", "password": "p&w=/%", "port": "1",
        ])
        #expect(try PostgresAddress(url: address.url) == address)
    }
}
