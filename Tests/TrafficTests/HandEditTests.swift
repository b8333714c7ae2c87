import Domain
import Foundation
import InMemoryLogging
import Logging
import TestSupport
import Testing

@testable import Traffic

/// What people write into haproxy.cfg is not Switchyard's, and not lost either.
@Suite(.timeLimit(.minutes(2))) struct HandEditTests {
    @Test func `an edited configuration is kept aside and told of when the next one is written`() async throws {
        try await ProxyFixture.with { fixture in
            let (blue, green) = (try await Backend("blue"), try await Backend("green"))
            let table = try fixture.table(blue, nil)
            _ = try await fixture.proxy.configure(tables: [table])
            let running = try await fixture.start()
            defer { running.kill() }
            let edited = try fixture.editConfiguration(timeout: 9)
            let both = try fixture.table(blue, green)
            let placed = try await fixture.proxy.place(both)
            try await fixture.proxy.route(both)
            let kept = try #require(placed.keptAside)
            #expect(kept.contains(/haproxy\.cfg\.edited-\d{8}T\d{6}\.\d{3}Z$/))
            #expect(try String(contentsOfFile: kept, encoding: .utf8) == edited)
            #expect(fixture.log.entries.map { $0.metadata["kept"] } == [.string(kept)])
            #expect(try await fixture.proxy.drift() == [])

            let again = try fixture.editConfiguration(timeout: 8)
            #expect(try await fixture.proxy.configure(tables: [table]), "what was edited may have been loaded")
            let all = try fixture.folder.editedConfigurations()
            #expect(try all.map { try String(contentsOfFile: $0, encoding: .utf8) } == [edited, again])
            #expect(fixture.log.entries.count == 2)
            #expect(try await !fixture.proxy.configure(tables: [table]))
        }
    }

    @Test func `the same edit is kept once, and only some of many`() async throws {
        try await ProxyFixture.with { fixture in
            let tables = [try fixture.table(try await Backend("blue"), nil)]
            _ = try await fixture.proxy.configure(tables: tables)
            let text = try await fixture.proxy.currentConfiguration().text
            #expect(try await fixture.proxy.keepHandEdits(before: text + "\n") == nil, "nobody edited it")
            for timeout in 3...9 {
                _ = try fixture.editConfiguration(timeout: timeout)
                let kept = try #require(try await fixture.proxy.keepHandEdits(before: text))
                #expect(try await fixture.proxy.keepHandEdits(before: text) == kept)
            }
            let kept = try fixture.folder.editedConfigurations()
            #expect(kept.count == Limits.editedConfigurations)
            #expect(try String(contentsOfFile: kept.last ?? "", encoding: .utf8).contains("timeout connect 9s"))
        }
    }
}

extension ProxyFixture {
    /// Changes the configuration as a person does; answers the text.
    fileprivate func editConfiguration(timeout seconds: Int) throws -> String {
        let text = try String(contentsOfFile: folder.configuration, encoding: .utf8)
            .replacing(/timeout connect \d+s/, with: "timeout connect \(seconds)s")
        try text.write(toFile: folder.configuration, atomically: true, encoding: .utf8)
        return text
    }
}
