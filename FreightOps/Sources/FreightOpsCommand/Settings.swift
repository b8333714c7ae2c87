import ArgumentParser
import Foundation
import FreightOps

/// Reads the process's environment; a bad one ends the process with one sentence and status 78.
enum Settings {
    /// EX_CONFIG of sysexits.h.
    private static let configurationStatus: Int32 = 78

    static func load(needsPort: Bool = false) throws -> FreightSettings {
        do {
            let settings = try FreightSettings(environment: ProcessInfo.processInfo.environment)
            if needsPort { _ = try settings.webAddress() }
            return settings
        } catch let error as SettingsError {
            FileHandle.standardError.write(Data("freightops: \(error)\n".utf8))
            throw ExitCode(configurationStatus)
        }
    }
}
