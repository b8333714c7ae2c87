import Domain
import Secrets
import TestSupport
import Testing

/// Variables that are no secrets, beside the secrets.
@Suite(.timeLimit(.minutes(1))) struct SettingsTests {
    private let level = VariableName(unchecked: "LOG_LEVEL")
    private let zone = VariableName(unchecked: "TZ")

    @Test func `each change is a version of all settings, and the same again is none`() async throws {
        try await VaultFixture.with { fixture in
            let vault = fixture.vault
            let first = try await vault.change(
                settings: [level: "info", zone: "UTC"], in: .production, by: "d", at: .test)
            #expect(first.version == 1 && first.changes.map(\.name) == [level, zone])
            let second = try await vault.change(
                settings: [level: "debug", zone: nil], in: .production, by: "d", at: .test)
            #expect(
                second.changes == [
                    SettingChange(name: level, before: "info", after: "debug"),
                    SettingChange(name: zone, before: "UTC", after: nil),
                ])
            let third = try await vault.change(settings: [level: "debug"], in: .production, by: "d", at: .test)
            #expect(third.version == 2 && third.changes.isEmpty)
            #expect(try await vault.settingChanges(in: .production, from: 1) == second.changes)
            #expect(try await vault.settingChanges(in: .production, from: 0, to: 1) == first.changes)
            #expect(try await vault.settings(in: .production, version: 1).values == [level: "info", zone: "UTC"])
            #expect(try await vault.settings(in: .staging).version == 0)
        }
    }

    @Test func `a release reads the settings of its plan beside the secrets`() async throws {
        try await VaultFixture.with { fixture in
            try await fixture.set(["KEY": "value one"])
            _ = try await fixture.vault.change(settings: [level: "info"], in: .production, by: "d", at: .test)
            let planned = try await fixture.vault.versions(in: .production)
            _ = try await fixture.vault.change(settings: [level: "debug"], in: .production, by: "d", at: .test)
            let read = try await fixture.vault.read(in: .production, versions: planned)
            #expect(read.reveal() == ["KEY": "value one", "LOG_LEVEL": "info"])
            #expect(planned.settings == 1)
            #expect(try await fixture.vault.versions(in: .production).settings == 2)
        }
    }

    @Test func `a name is a secret's or a setting's, never both`() async throws {
        try await VaultFixture.with { fixture in
            try await fixture.set(["LOG_LEVEL": "secretly"])
            await #expect(throws: SecretsError.nameTaken(level, .production, asSecret: true)) {
                try await fixture.vault.change(settings: [level: "info"], in: .production, by: "d", at: .test)
            }
            _ = try await fixture.vault.change(settings: [zone: "UTC"], in: .production, by: "d", at: .test)
            await #expect(throws: SecretsError.nameTaken(zone, .production, asSecret: false)) {
                try await fixture.set(["TZ": "secret zone"])
            }
            try await fixture.vault.remove([level], in: .production, by: "d", at: .test)
            _ = try await fixture.vault.change(settings: [level: "info"], in: .production, by: "d", at: .test)
        }
    }

    @Test func `a version that is not kept is told as such`() async throws {
        try await VaultFixture.with { fixture in
            await #expect(throws: SecretsError.settingsNotKept(.production, version: 7)) {
                try await fixture.vault.settings(in: .production, version: 7)
            }
        }
    }

    @Test func `a setting no process could have is refused`() async throws {
        try await VaultFixture.with { fixture in
            await #expect(throws: SecretsError.notText(level)) {
                try await fixture.vault.change(settings: [level: "a\0b"], in: .production, by: "d", at: .test)
            }
            let settings = try await fixture.vault.settings(in: .production)
            #expect(settings.version == 0)
        }
    }
}
