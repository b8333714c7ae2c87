import Access
import Foundation
import Logging
import ServiceLifecycle

/// Keeps what is about people in order: notices of break-glass go out, sessions and VPN peers end when their time is over.
struct AccessService: ServiceLifecycle.Service {
    let desks: AccessDesks
    let notice: BreakGlassNotice
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await notice.run() }
                group.addTask { await tidy() }
            }
        }
    }

    private func tidy() async {
        repeat {
            do {
                try await desks.sessions.forgetOver(at: Date())
                try await desks.writeServerFile(at: Date())
            } catch {
                logger.warning("what is over could not be tidied away", metadata: ["error": "\(error)"])
            }
        } while (try? await Task.sleep(for: Limits.peopleInterval)) != nil
    }
}
