import Settings
import Testing

/// PromQL is checked without a Prometheus: what is taken, and what is refused at which place.
struct PromQLExpressionTests {
    @Test(arguments: PromQLTable.good)
    func `an expression of Prometheus 2.42 is taken`(text: String) throws {
        #expect(try !PromQLExpression(text).needsNewerPrometheus)
    }

    @Test func `the names of Unicode's classes are left to the server`() throws {
        _ = try PromQLExpression("up{job=~`\\p{Greek}|\\P{^NobodysScript}`}")
        #expect(throws: PromQLFault.self) { try PromQLExpression("up{job=~`\\p{Greek`}") }
    }

    @Test(arguments: PromQLTable.newer)
    func `an expression that came later is taken and known as such`(text: String) throws {
        #expect(try PromQLExpression(text).needsNewerPrometheus)
    }

    @Test(arguments: PromQLTable.bad)
    func `a fault is told with its place and its reason`(marked: String, reason: String) throws {
        let text = marked.replacing("‸", with: "")
        let offset = marked.unicodeScalars.prefix { $0 != "‸" }.count
        let fault = #expect(throws: PromQLFault.self) { try PromQLExpression(text) }
        #expect(fault?.offset == offset)
        #expect(fault?.reason.hasPrefix(reason) == true, "\(fault?.reason ?? "")")
    }

    @Test(arguments: [
        ("time()", PromQLExpression.Kind.scalar), ("1 + 2", .scalar), ("up", .instantVector),
        ("up > 1", .instantVector),
        ("sum(up)", .instantVector), ("-scalar(up)", .scalar), ("up[5m]", .rangeVector), ("(up[5m:1m])", .rangeVector),
        ("'a'", .string),
    ])
    func `what an expression gives is known`(text: String, kind: PromQLExpression.Kind) throws {
        #expect(try PromQLExpression(text).kind == kind)
    }

    @Test(arguments: [("up[5m]", "a range vector"), ("\"up\"", "a string")])
    func `a guard needs one number`(text: String, kind: String) throws {
        let fault = #expect(throws: PromQLFault.self) { try PromQLExpression(guard: text) }
        #expect(fault?.reason.hasPrefix("the expression gives \(kind), and a guard needs one number") == true)
    }

    @Test func `nesting has an end, also in a pattern`() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: "(", count: levels) + "up" + String(repeating: ")", count: levels)
        }
        _ = try PromQLExpression(nested(99))
        for text in [nested(100), String(repeating: "-", count: 5_000) + "1", "up{job=~\"\(nested(5_000))\"}"] {
            let fault = #expect(throws: PromQLFault.self) { try PromQLExpression(text) }
            #expect(fault?.reason.contains("nested more than 100 levels deep") == true)
        }
    }
}
