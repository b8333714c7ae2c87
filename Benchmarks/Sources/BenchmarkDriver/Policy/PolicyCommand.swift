import Access
import ArgumentParser
import Domain
import Foundation
import Glibc

/// `BenchmarkDriver policy`: how long it takes to decide who may do what.
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Decides every role's every operation, again and again.")

    @Option(help: "How many decisions, in all rounds.")
    var decisions = 5_000_000
    @Option(help: "How many decisions are timed together; the slowest such batch is told.")
    var batch = 100

    private struct Result: Encodable {
        let decisions: Int
        let allowed: Int
        let seconds: Double
        let nanosecondsMedian: Double
        let nanosecondsP99: Double
        let nanosecondsSlowest: Double
    }

    private struct Question {
        let subject: Subject
        let permission: Permission
        let environment: AccessedEnvironment
    }

    func run() async throws {
        let questions = Self.questions(at: .now)
        let policy = Policy(admins: 2)
        let now = Date.now
        var batches: [Double] = []
        var (asked, allowed) = (0, 0)
        let started = Self.cpuNanoseconds()
        while asked < decisions {
            let begun = Self.cpuNanoseconds()
            for offset in asked..<(asked + batch) {
                let question = questions[offset % questions.count]
                let decision = policy.decide(question.subject, question.permission, in: question.environment, at: now)
                // What is not used might not be decided at all.
                if decision.isAllowed { allowed += 1 }
            }
            batches.append((Self.cpuNanoseconds() - begun) / Double(batch))
            asked += batch
        }
        let seconds = (Self.cpuNanoseconds() - started) / 1e9
        batches.sort()
        try BenchmarkDriver.say(
            Result(
                decisions: asked, allowed: allowed, seconds: seconds, nanosecondsMedian: batches[batches.count / 2],
                nanosecondsP99: batches[batches.count * 99 / 100], nanosecondsSlowest: batches[batches.count - 1]))
    }

    /// What this thread has used, whatever else the machine does.
    private static func cpuNanoseconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    /// People with one role, with a few in several environments, with a narrow token and under break-glass.
    private static func questions(at now: Date) -> [Question] {
        let names = ["dev", "staging", "production", "payments"].map(EnvironmentName.init(unchecked:))
        var subjects: [Subject] = []
        for role in Role.allCases {
            let account = Account(
                name: AccountName(unchecked: "ana@example.com"), kind: .person, grants: [RoleGrant(role)],
                createdAt: now)
            let some = Account(
                name: account.name, kind: .person,
                grants: names.map { RoleGrant(role == .admin ? .viewer : role, in: .only([$0])) }, createdAt: now)
            let scope = TokenScope(
                operations: [.readStatus, .deploy, .requestDeployment], environments: .only(Set(names.prefix(2))))
            let pass = BreakGlassPass(use: UUID(), environment: names[2], expiresAt: now.addingTimeInterval(3_600))
            subjects += [
                Subject(account, credential: .session), Subject(some, credential: .session),
                Subject(some, credential: .session, scope: scope),
                Subject(account, credential: .session, breakGlass: pass),
            ]
        }
        let environments = names.map { AccessedEnvironment($0, isProtected: $0.rawValue.hasPrefix("p")) }
        return subjects.flatMap { subject in
            Permission.allCases.flatMap { permission in
                environments.map { Question(subject: subject, permission: permission, environment: $0) }
            }
        }
    }
}
