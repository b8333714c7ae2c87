import ArgumentParser
import Foundation
import Judging

/// `switchyard verdict replay FILE`
struct VerdictReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Judges recorded ticks again, without a control plane.",
        discussion: """
            A tick is a JSON object on a line: green_bad, green_ok, blue_bad, blue_ok (units: clients with their mean \
            outcome, so fractions are fine) and share, the part of 1 that went to green. Prints the logarithm of the \
            evidence that green's error rate is more than --delta above blue's after each tick; from ln(1/alpha) on the \
            decision is rollback, promote where the opposite was proved first (to 1 in 20), else inconclusive. \
            'switchyard verdict show DEPLOYMENT --ticks' prints the ticks of a deployment, with a line before them that \
            says by what they were judged: increase, factor, prior and alpha. Those are its errors; its verdict weighs \
            their evidence by half, and that of the response times at p50 and p95 by a quarter each. \
            Exit codes: 0 judged, whatever the decision; 2 the file cannot be used; 64 wrong arguments.
            """
    )

    @Argument(help: "The file of ticks; '-' for standard input.", completion: .file())
    var file: String
    @Option(
        help: ArgumentHelp(
            "The increase of the error rate that is allowed, of 1; 0.05 where the file does not say it.",
            valueName: "increase"))
    var delta: Double?
    @Option(
        help: ArgumentHelp(
            "Blue's error rate as it is thought to be at first, of 1; 0.01 where the file does not say it.",
            valueName: "rate"))
    var prior: Double?
    @Option(
        help: ArgumentHelp(
            "The probability that a release within the limit is taken back; 0.01 where the file does not say it.",
            valueName: "probability"))
    var alpha: Double?
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard delta.map({ $0 >= 0 && $0 < 1 }) ?? true else {
            throw ValidationError("'--delta' takes a part of 1, such as 0.05.")
        }
        guard prior.map((0...1).contains) ?? true else {
            throw ValidationError("'--prior' takes a part of 1, such as 0.01.")
        }
        guard alpha.map({ $0 > 0 && $0 < 1 }) ?? true else {
            throw ValidationError("'--alpha' takes a part of 1, such as 0.01.")
        }
    }

    func run() throws {
        let trial = try readTrial()
        let ticks = trial.ticks
        let settings = settings(of: trial.settings)
        let replay = VerdictReplay(ticks, settings: settings)
        if json { return try Terminal.sayJSON(replay) }
        var table = TextTable("TICK", "SHARE", "GREEN BAD", "GREEN OK", "BLUE BAD", "BLUE OK", "LOG EVIDENCE")
        for (index, tick) in ticks.enumerated() {
            table.add(
                "\(index + 1)", tick.share.formatted(), tick.greenBad.formatted(), tick.greenOk.formatted(),
                tick.blueBad.formatted(), tick.blueOk.formatted(), Self.text(replay.logEvidence[index]))
        }
        table.lines.forEach(Terminal.say)
        Terminal.say(sentence(replay, alpha: settings.alpha))
        Terminal.say(
            "Green's error rate is \(Self.points(replay.lowestDifference)) to \(Self.points(replay.highestDifference)) "
                + "percentage points above blue's, with 95 % certainty at any time.")
        if let needed = replay.unitsNeeded, needed > 0 {
            Terminal.say("About \(Int(needed.rounded(.up))) more units bring a decision if all goes on like this.")
        }
    }

    /// What the arguments say, else the file, else the defaults.
    private func settings(of recorded: RecordedSettings?) -> JudgeSettings {
        let limit = recorded.map { SequentialTest.Limit(factor: $0.factor, increase: $0.increase) }
        return JudgeSettings(
            errorLimit: delta.map { .absolute($0) } ?? limit ?? .absolute(0.05),
            alpha: alpha ?? recorded?.alpha ?? 0.01, errorPrior: prior ?? recorded?.prior ?? 0.01)
    }

    private func readTrial() throws -> RecordedTrial {
        let data: Data
        do {
            data =
                try file == "-"
                ? FileHandle.standardInput.readToEnd() ?? Data() : Data(contentsOf: URL(filePath: file))
        } catch {
            throw CommandExit(.unusable, "There is no readable file \(file): \(error.localizedDescription)")
        }
        do {
            return try RecordedTrial(reading: String(decoding: data, as: UTF8.self), file: file)
        } catch let error as RecordedTickError {
            throw CommandExit(.unusable, "\(error)")
        }
    }

    private func sentence(_ replay: VerdictReplay, alpha: Double) -> String {
        let limit = Self.text(replay.threshold)
        let at = replay.decidedAtTick.map { " at tick \($0)" } ?? ""
        return switch replay.decision {
        case .rollback: "rollback\(at): the evidence reached ln(1/\(alpha)) = \(limit)."
        case .promote: "promote\(at): that green keeps the limit was proved before the evidence reached \(limit)."
        case .inconclusive: "inconclusive: the evidence never reached \(limit), and health was not proved."
        }
    }

    private static func points(_ rate: Double) -> String {
        (rate * 100).formatted(
            .number.precision(.fractionLength(1)).sign(strategy: .always(includingZero: false))
                .locale(Locale(identifier: "en_US_POSIX")))
    }

    private static func text(_ value: Double) -> String {
        value.formatted(.number.precision(.fractionLength(3)).locale(Locale(identifier: "en_US_POSIX")))
    }
}
