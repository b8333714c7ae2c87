import Access
import Foundation
import Synchronization
import TestSupport
import Testing

/// Sign-in on a command line: it waits as it is told, and its token counts once.
@Suite(.timeLimit(.minutes(2)))
struct DeviceSignInTests {
    /// Waits for nothing, and knows for how long it should have.
    private final class Pauses: Sendable {
        private let taken = Mutex<[Duration]>([])
        private let atPause: @Sendable (Int) async throws -> Void

        init(atPause: @escaping @Sendable (Int) async throws -> Void = { _ in }) { self.atPause = atPause }

        var all: [Duration] { taken.withLock { $0 } }

        func pause(_ duration: Duration) async throws {
            let number = taken.withLock { taken in
                taken.append(duration)
                return taken.count
            }
            try await atPause(number)
        }
    }

    @Test func `the command line waits, slows down when told, and gets a token that counts once`() async throws {
        try await RunningProvider.with { provider in
            let client = try IdentityProvider(provider.settings())
            let device = DeviceSignIn(provider: client)
            let invitation = try await device.begin(at: Date())
            #expect(invitation.address == "http://127.0.0.1:\(provider.issuer.split(separator: ":").last!)/device")
            #expect(invitation.completeAddress == "\(invitation.address)?user_code=\(invitation.userCode)")
            #expect(invitation.expiresAt.timeIntervalSinceNow <= 15 * 60)
            let pauses = Pauses { if $0 == 4 { try await provider.agree(invitation.userCode) } }
            let token = try await device.wait(for: invitation, clock: { Date() }, pause: pauses.pause)
            #expect(pauses.all == [.seconds(1), .seconds(6), .seconds(6), .seconds(6)])
            // The control plane is another process, with a view of the provider of its own.
            let server = try IdentityProvider(provider.settings())
            let identity = try await server.identity(shownByDevice: token, at: Date())
            #expect(identity.name.rawValue == "ana@example.com")
            await #expect(throws: AccessError.identityToken("it was used already; sign in again")) {
                try await server.identity(shownByDevice: token, at: Date())
            }
            await #expect(throws: AccessError.identityToken("it is too old")) {
                try await IdentityProvider(provider.settings()).identity(
                    shownByDevice: token, at: Date() + .minutes(30))
            }
            await #expect(throws: AccessError.proofNotFresh) {
                try await IdentityProvider(provider.settings()).identity(
                    shownByDevice: token, since: Date() + .minutes(5), at: Date())
            }
        }
    }

    @Test func `whoever refuses ends it`() async throws {
        try await RunningProvider.with { provider in
            let device = DeviceSignIn(provider: try IdentityProvider(provider.settings()))
            let invitation = try await device.begin(at: Date())
            try await provider.agree(invitation.userCode, approved: false)
            await #expect(throws: AccessError.provider("the sign-in was refused there")) {
                try await device.wait(for: invitation, clock: { Date() }, pause: Pauses().pause)
            }
        }
    }

    @Test func `it ends with the code's time, and when it is cancelled`() async throws {
        try await RunningProvider.with { provider in
            let device = DeviceSignIn(provider: try IdentityProvider(provider.settings()))
            let invitation = try await device.begin(at: Date())
            await #expect(throws: AccessError.deviceCodeExpired) {
                try await device.wait(for: invitation, clock: { invitation.expiresAt }, pause: Pauses().pause)
            }
            await #expect(throws: CancellationError.self) {
                try await device.wait(for: invitation, clock: { Date() }, pause: { _ in throw CancellationError() })
            }
        }
    }

    @Test func `a provider that is away for a while is asked again, each time later`() async throws {
        try await RunningProvider.with { provider in
            let device = DeviceSignIn(provider: try IdentityProvider(provider.settings()))
            let invitation = try await device.begin(at: Date())
            let pauses = Pauses { number in
                if number == 1 { provider.kill() }
                if number == 5 { throw CancellationError() }
            }
            await #expect(throws: CancellationError.self) {
                try await device.wait(for: invitation, clock: { Date() }, pause: pauses.pause)
            }
            #expect(pauses.all == [.seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(16)])
        }
    }

    @Test func `a provider without the flow says so`() async throws {
        try await RunningProvider.with { provider in
            try await provider.lie(["metadata": ["device_authorization_endpoint": NSNull()]])
            let device = DeviceSignIn(provider: try IdentityProvider(provider.settings()))
            await #expect(throws: AccessError.noDeviceFlow(provider.issuer)) { try await device.begin(at: Date()) }
        }
    }
}
