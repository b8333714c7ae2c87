import Postgres
import TestSupport
import Testing

@testable import FreightOps

@Suite(.timeLimit(.minutes(2)))
struct ReminderTests {
    @Test func `a reminder that is due is sent once by many workers at once`() async throws {
        try await FreightFixture.with(schema: "1.1.0") { freight in
            try await freight.seedDueLoads(90)
            let outbox = ReminderOutbox(database: try freight.database())
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        _ = try await outbox.noteDue()
                        while try await outbox.sendBatch(size: 7) > 0 {}
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await outbox.sendBatch() == 0)
            try await freight.expectEachSentOnce(90)
        }
    }

    @Test func `reminders are sent once although one of the workers is killed`() async throws {
        try await FreightFixture.with(schema: "1.1.0") { freight in
            try await freight.seedDueLoads(400)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<3 {
                    group.addTask {
                        try await FreightProgram.with("worker", freight.environment("1.1.0")) { worker in
                            if number == 0 {
                                try await eventually("the first reminders") { try await freight.sentMessages() > 0 }
                                try worker.kill()
                            } else {
                                try await eventually("all reminders") { try await freight.sentMessages() == 400 }
                                try worker.terminate()
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await freight.expectEachSentOnce(400)
        }
    }
}

extension FreightFixture {
    /// Writes booked loads whose pickup is near.
    fileprivate func seedDueLoads(_ count: Int) async throws {
        let connection = try await PostgresConnection.connect(to: address, applicationName: "test")
        try await connection.execute("INSERT INTO customers (name, city) VALUES ('Ghent Paper', 'Ghent')")
        try await connection.execute(
            """
            INSERT INTO loads (customer_id, cargo, origin, destination, weight_kilograms, price_cents, pickup_at, deliver_by)
            SELECT 1, 'Paper', 'Ghent', 'Lyon', 10, 10, now() + interval '1 hour', now() + interval '2 days'
            FROM generate_series(1, \(count))
            """
        )
        await connection.close()
    }

    fileprivate func sentMessages() async throws -> Int {
        try await value("SELECT count(*) AS value FROM messages")
    }

    fileprivate func expectEachSentOnce(_ count: Int) async throws {
        #expect(try await sentMessages() == count)
        let loads = try await value(
            """
            SELECT count(DISTINCT r.load_id) AS value
            FROM messages m JOIN reminders r ON r.id = m.reminder_id WHERE r.sent_at IS NOT NULL
            """
        )
        #expect(loads == count)
    }
}
