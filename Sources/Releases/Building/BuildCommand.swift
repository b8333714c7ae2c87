import Domain
import Foundation
import Subprocess
import SystemPackage

/// A build's command while it runs: in a session of its own, watched for its limits, without input.
struct BuildCommand {
    let definition: BuildDefinition
    let folder: String
    let variables: [String: String]
    let mask: SecretMask

    /// Which limit it went over.
    private enum Excess: Sendable {
        case time
        case memory
        case output
    }

    private struct Outcome: Sendable {
        let excess: Excess?
        let output: BuildOutput
    }

    /// Runs it to its end; throws when it fails or goes over a limit. No process of its session is left afterwards.
    func run(report: @escaping @Sendable (ReleaseBuilder.News) -> Void) async throws {
        let result = try await start { report(.output($0)) }
        let output = result.closureResult.output
        if !output.secretVariables.isEmpty { report(.step(Self.warning(of: output.secretVariables))) }
        let lines = output.lastLines
        switch result.closureResult.excess {
        case .time?:
            throw BuildError.tookTooLong(
                command: name, limitSeconds: definition.timeLimitSeconds, lastLines: lines)
        case .memory?:
            throw BuildError.tookTooMuchMemory(command: name, limitBytes: definition.memoryLimit, lastLines: lines)
        case .output?:
            throw BuildError.printedTooMuch(command: name, limitBytes: definition.outputLimit, lastLines: lines)
        case nil: break
        }
        switch result.terminationStatus {
        case .exited(0): return
        case .exited(let code): throw BuildError.failed(command: name, ending: "ended with \(code)", lastLines: lines)
        case .signaled(let signal):
            throw BuildError.failed(command: name, ending: "was ended by signal \(signal)", lastLines: lines)
        }
    }

    private static func warning(of variables: Set<String>) -> String {
        "The build printed what \(variables.sorted().joined(separator: " and ")) "
            + "\(variables.count == 1 ? "holds" : "hold"), masked here as \(SecretMask.replacement): let it print that no "
            + "more, and change the secret where the build's output was kept elsewhere unmasked."
    }

    private typealias Result = ExecutionResult<Outcome, SequenceOutput, CombinedErrorOutput>

    private func start(report: @escaping @Sendable (String) -> Void) async throws -> Result {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: Limits.buildGrace)
        ]
        let environment = Dictionary(
            uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
        do {
            return try await Subprocess.run(
                executable, arguments: Arguments(Array(definition.command.dropFirst())),
                environment: .custom(environment), workingDirectory: FilePath(folder), platformOptions: options,
                input: .none, output: .sequence, error: .combinedWithOutput
            ) { execution in
                let session = BuildSession(leader: execution.processIdentifier.value)
                // What it left in the background ends with it, also when we are interrupted.
                defer { session.killAll() }
                let output = execution.standardOutput
                async let excess = watch(session)
                let (isWithinLimit, text) = try await pass(output, to: report, of: session)
                return Outcome(excess: isWithinLimit ? await excess : .output, output: text)
            }
        } catch let error as SubprocessError {
            guard !Task.isCancelled else { throw BuildError.interrupted }
            throw BuildError.notStarted(command: name, reason: "\(error)")
        }
    }

    /// Passes the output on as it comes; false when it was too much and the build was ended for it.
    private func pass(
        _ output: SubprocessOutputSequence, to report: @escaping @Sendable (String) -> Void, of session: BuildSession
    ) async throws -> (Bool, BuildOutput) {
        var text = BuildOutput(mask: mask, limit: definition.outputLimit, report: report)
        for try await buffer in output {
            guard buffer.withUnsafeBytes({ text.take($0) }) else {
                await session.end()
                return (false, text)
            }
        }
        text.finish()
        return (true, text)
    }

    /// Looks at time and memory until the build has ended, and ends it when it goes over a limit.
    private func watch(_ session: BuildSession) async -> Excess? {
        let deadline = ContinuousClock.now + .seconds(definition.timeLimitSeconds)
        while !session.hasEnded {
            var excess: Excess?
            if session.members().reduce(0, { $0 + $1.memory }) > definition.memoryLimit { excess = .memory }
            if ContinuousClock.now >= deadline { excess = .time }
            if excess != nil {
                await session.end()
                return excess
            }
            guard (try? await Task.sleep(for: Limits.buildCheck)) != nil else { return nil }
        }
        return nil
    }

    private var name: String { mask.masking(definition.command.joined(separator: " ")) }

    /// A program with a slash is the source's own; one without is found on the PATH.
    private var executable: Executable {
        let program = definition.command[0]
        if program.hasPrefix("/") { return .path(FilePath(program)) }
        return program.contains("/") ? .path(FilePath("\(folder)/\(program)")) : .name(program)
    }
}
