import Access
import Foundation
import TestSupport
import Testing

/// The same questions, decided by Cedar from policies of its own.
@Suite(.timeLimit(.minutes(1)))
struct OracleTests {
    private struct Question: Encodable {
        let role: String
        let operation: String
        let protected: Bool
    }

    @Test func `Cedar decides every question as the policy does`() throws {
        var questions: [Question] = []
        var decided: [Bool] = []
        for role in Role.allCases {
            let account = Account(
                name: AccessFixture.name("ana"), kind: .person, grants: [RoleGrant(role)],
                createdAt: AccessFixture.now)
            let subject = Subject(account, credential: .session)
            for operation in Permission.allCases {
                for environment in [AccessFixture.dev, AccessFixture.production] {
                    questions.append(
                        Question(
                            role: role.rawValue, operation: operation.rawValue, protected: environment.isProtected))
                    decided.append(
                        Policy(admins: 2).decide(subject, operation, in: environment, at: AccessFixture.now)
                            .isAllowed)
                }
            }
        }
        let answer = try PythonPeer.run("Tests/AccessTests/Oracle/decide.py", input: JSONEncoder().encode(questions))
        let allowed = try JSONDecoder().decode([Bool].self, from: answer)
        try #require(allowed.count == decided.count)
        for (index, question) in questions.enumerated() {
            #expect(
                allowed[index] == decided[index],
                "Cedar on \(question.role) \(question.operation) protected \(question.protected): \(allowed[index])")
        }
    }
}
