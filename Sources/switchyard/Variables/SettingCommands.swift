import API
import ArgumentParser
import Foundation

/// `switchyard setting set`
struct SettingSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Gives settings values, as one new version.")

    @Argument(help: ArgumentHelp("Each as NAME=VALUE; an empty value is one.", valueName: "name=value"))
    var assignments: [String]
    @OptionGroup var environment: EnvironmentOption
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        var values: [String: String?] = [:]
        for text in assignments {
            guard let sign = text.firstIndex(of: "=") else {
                throw ValidationError("'\(text)' has no '=': write NAME=VALUE.")
            }
            values.updateValue(String(text[text.index(after: sign)...]), forKey: String(text[..<sign]))
        }
        try await SettingText.change(values, in: environment, state, json: json)
    }
}

/// `switchyard setting remove`
struct SettingRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes settings, as one new version.")

    @Argument(help: "Their names.")
    var names: [String]
    @OptionGroup var environment: EnvironmentOption
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let client = try state.client()
        let present = try await client.settings(in: try await environment.resolve(with: client)).values
        if let unknown = names.first(where: { present[$0] == nil }) {
            throw CommandExit(.notFound, "There is no setting \(unknown); nothing was changed.")
        }
        var values: [String: String?] = [:]
        for name in names { values.updateValue(nil, forKey: name) }
        try await SettingText.change(values, in: environment, state, json: json)
    }
}

/// `switchyard setting list`
struct SettingListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists an environment's settings with their values.")

    @OptionGroup var environment: EnvironmentOption
    @Option(help: "This version; without it, the newest.")
    var version: Int?
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let client = try state.client()
        let settings = try await client.settings(in: try await environment.resolve(with: client), version: version)
        if json { return try Terminal.sayJSON(settings) }
        Terminal.narrate("Version \(settings.version)")
        for (name, value) in settings.values.sorted(by: { $0.key < $1.key }) { Terminal.say("\(name)=\(value)") }
    }
}

/// `switchyard setting diff`
struct SettingDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Shows what differs between two versions of an environment's settings.")

    @Argument(help: "The older version.")
    var from: Int
    @Argument(help: "The newer version; without it, the newest.")
    var to: Int?
    @OptionGroup var environment: EnvironmentOption
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let client = try state.client()
        let place = try await environment.resolve(with: client)
        let before = try await client.settings(in: place, version: from).values
        let after = try await client.settings(in: place, version: to).values
        for name in Set(before.keys).union(after.keys).sorted() where before[name] != after[name] {
            if let value = before[name] { Terminal.say("- \(name)=\(value)") }
            if let value = after[name] { Terminal.say("+ \(name)=\(value)") }
        }
    }
}

/// Changes of settings, for people.
enum SettingText {
    static func change(
        _ values: [String: String?], in environment: EnvironmentOption, _ state: ConnectionOption, json: Bool
    ) async throws {
        let client = try state.client()
        let place = try await environment.resolve(with: client)
        let changed = try await client.change(
            SettingsRequest(values: values, requestedBy: Requester.name), in: place)
        if json { return try Terminal.sayJSON(changed) }
        for change in changed.changes {
            if let value = change.before { Terminal.say("- \(change.name)=\(value)") }
            if let value = change.after { Terminal.say("+ \(change.name)=\(value)") }
        }
        Terminal.narrate(
            changed.changes.isEmpty
                ? "Nothing differs from version \(changed.version)."
                : "Version \(changed.version); releases get it when they are deployed.")
    }
}
