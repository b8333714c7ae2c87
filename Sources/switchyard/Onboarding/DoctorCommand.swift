import API
import ArgumentParser
import ControlPlane
import DurableFiles
import Foundation
import Installation
import Onboarding
import Runtimes

/// `switchyard doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examines this machine and the configuration, and says how to mend what is wrong.",
        discussion: """
            Run it as the user that runs 'switchyard serve'. It looks at the configuration that is named, else at \
            switchyard.yaml in this folder, else at the installed one with the variables of \
            \(EnvironmentFile.installed). In the folder of an application its release.yaml is looked at, too. \
            Nothing is changed. Exit code 0: nothing must be mended; 1: something must.
            """
    )

    @Option(name: .customLong("config"), help: ArgumentHelp("The configuration.", valueName: "file"))
    var configuration: String?
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: StateOption

    func run() async throws {
        let configuration = ExaminedConfiguration(named: configuration)
        let settings = configuration.settings
        let isRunning = (try? await state.client().status()) != nil
        var findings = await MachineExamination(settings: settings).findings()
        findings += StateFolderExamination.examine(state.folder.path)
        findings += await wayToState() + ClockExamination.examine()
        findings += configuration.findings
        if let settings {
            findings += await ConfigurationExamination(settings: settings, isRunning: isRunning).findings()
        }
        findings += ReleaseExamination(folder: ".", searchPath: Runit.searchPath).findings()
        try tell(Examination(findings))
    }

    /// Whether the environments' users, for whom nobody stands where they are still to be made, come to the state folder.
    private func wayToState() async -> [Finding] {
        guard UnixUser.isRoot, let nobody = UnixUser(named: "nobody"),
            let place = try? await nobody.hindrance(above: state.folder.path)
        else { return [] }
        return [StateFolderExamination.judgeWay(to: state.folder.path, closedAt: place)]
    }

    private func tell(_ examination: Examination) throws {
        if json {
            try Terminal.sayJSON(examination)
        } else {
            for finding in examination.findings { show(finding) }
            let count = examination.findings.count { $0.state == .mend }
            Terminal.say(count == 0 ? "Nothing must be mended." : "\(count) to mend.")
        }
        if !examination.isHealthy { throw CommandExit(.wentWrong) }
    }

    private func show(_ finding: Finding) {
        let mark =
            switch finding.state {
            case .good: Terminal.coloured("good", .green)
            case .note: Terminal.coloured("note", .yellow)
            case .mend: Terminal.coloured("mend", .red)
            }
        let subject = finding.subject.padding(toLength: max(14, finding.subject.count), withPad: " ", startingAt: 0)
        Terminal.say("  \(mark)  \(subject)  \(finding.sentence)")
        if let remedy = finding.remedy { Terminal.say("                          \(remedy)") }
    }
}
