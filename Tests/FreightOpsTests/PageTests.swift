import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import FreightOps

@Suite(.timeLimit(.minutes(1)))
struct PageTests {
    @Test func `a form is answered with the way back to the page`() async throws {
        try await FreightFixture.with(schema: "1.1.0") { freight in
            try await freight.seed(loads: 1)
            try await freight.web("1.1.0") { client in
                let load = try await client.book()
                let form = "load=\(load)&vehicle=5&driver=5"
                let sent = try await client.post("/dispatch", form)
                #expect(sent.status == .seeOther)
                #expect(sent.headers[.location] == "/dispatch?notice=dispatched&load=\(load)")
                let page = try await client.get("/dispatch?notice=dispatched&load=\(load)").text
                #expect(page.contains("Load #\(load) is on the road."))
                #expect(page.contains("action=\"/dispatch/\(load)/deliver\""))

                let again = try await client.post("/dispatch", form)
                #expect(again.headers[.location] == "/dispatch?notice=already-moved")
                let delivered = try await client.post("/dispatch/\(load)/deliver", "")
                #expect(delivered.headers[.location] == "/dispatch?notice=delivered&load=\(load)")
                #expect(try await client.post("/dispatch", "load=\(load)").status == .badRequest)
            }
        }
    }

    @Test func `what a customer wrote is shown as text`() async throws {
        try await FreightFixture.with(schema: "1.1.0") { freight in
            try await freight.seed(loads: 1)
            try await freight.web("1.1.0") { client in
                let booking = """
                    {"customerId":1,"cargo":"<script>alert(1)</script>","origin":"A","destination":"B",\
                    "weightKilograms":1,"priceCents":1}
                    """
                #expect(try await client.post("/api/loads", booking).status == .created)
                for path in ["/dispatch", "/loads"] {
                    let page = try await client.get(path).text
                    #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
                    #expect(!page.contains("<script>"))
                }
            }
        }
    }

    @Test func `loads are shown by status, a page at a time`() async throws {
        try await FreightFixture.with(schema: "1.1.0") { freight in
            try await freight.seed(loads: 60)
            try await freight.web("1.1.0") { client in
                let first = try await client.get("/loads").text
                #expect(first.contains("Older →") && !first.contains("← Newer"))
                let last = try await client.get("/loads?page=3").text
                #expect(!last.contains("Older →") && last.contains("← Newer"))
                let delivered = try await client.get("/loads?status=delivered").text
                #expect(delivered.contains("badge delivered") && !delivered.contains("badge booked"))
            }
        }
    }
}
