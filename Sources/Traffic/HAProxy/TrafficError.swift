package import Domain

/// What can go wrong between Switchyard and HAProxy.
package enum TrafficError: Error, Equatable, CustomStringConvertible {
    case haproxyMissing(searched: [String])
    case haproxyTooOld(binary: String, version: String)
    case folderPath(path: String, rule: String)
    case socketPathTooLong(path: String, limit: Int)
    case invalidAddress(text: String, setting: String)
    case addressTaken(address: String, setting: String, cause: String)
    case configurationRefused(path: String, output: String)
    case invalidEntry(text: String)
    case notRunning(socket: String)
    case exchange(socket: String, operation: String, code: Int32)
    case silent(socket: String, command: String)
    case replyTooLarge(command: String, limit: Int)
    case notTaken(worker: Int32, command: String, reply: String)
    case workersKeptChanging
    case reloadFailed(output: String)
    case notReady(reason: String)
    case unknownEnvironment(EnvironmentName)
    case tooManyInstances(environment: EnvironmentName, slot: SlotName, instances: Int, limit: Int)
    case certificate(name: String, cause: String)
    /// The same where HAProxy was never started, for which it needs one certificate that can be used.
    case firstCertificate(name: String, cause: String)
    case noCertificate(folder: String)
    case authority(domains: [String], reason: String)
    case program(name: String, output: String)

    package var description: String {
        switch self {
        case .haproxyMissing(let searched):
            "HAProxy was not found (looked for \(searched.joined(separator: ", "))): install the package 'haproxy'."
        case .haproxyTooOld(let binary, let version):
            "\(binary) is HAProxy \(version); Switchyard needs 2.6 or newer: upgrade the package 'haproxy'."
        case .folderPath(let path, let rule):
            "HAProxy's folder \(path) cannot be used: \(rule). Choose another state folder."
        case .socketPathTooLong(let path, let limit):
            "The socket path \(path) is longer than the \(limit) bytes that the system allows: use a shorter folder."
        case .invalidAddress(let text, let setting):
            "'\(text)' in traffic.\(setting) is no address: write it as 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:80."
        case .addressTaken(let address, let setting, let cause):
            "HAProxy cannot listen on \(address): \(cause). Stop what uses it, or change traffic.\(setting)."
        case .configurationRefused(let path, let output):
            "HAProxy refuses the new configuration, the old one stays in place; see \(path): \(output)"
        case .invalidEntry(let text):
            "'\(text)' is no split: it is written share:salt:stable:candidate, the share from 0 to 10000."
        case .notRunning(let socket):
            "HAProxy is not running: nothing answers on \(socket). Start its service."
        case .exchange(let socket, let operation, let code):
            "Could not \(operation) HAProxy's socket \(socket): \(FaultText(code))."
        case .silent(let socket, let command):
            "HAProxy did not answer '\(command)' on \(socket) in \(Limits.exchange)."
        case .replyTooLarge(let command, let limit):
            "HAProxy's answer to '\(command)' is larger than \(limit) bytes."
        case .notTaken(let worker, let command, let reply):
            "HAProxy's worker \(worker) did not take '\(command)': \(reply)"
        case .workersKeptChanging:
            "HAProxy's workers kept changing during the switch: something else reloads it again and again."
        case .reloadFailed(let output):
            "HAProxy could not load its new configuration and keeps the old one: \(output)"
        case .notReady(let reason):
            "HAProxy did not become ready in time: \(reason)"
        case .unknownEnvironment(let environment):
            "HAProxy carries no environment \(environment)."
        case .tooManyInstances(let environment, let slot, let instances, let limit):
            """
            Slot \(slot) of \(environment) has \(instances) web instances, HAProxy is laid out for \(limit): raise \
            environments.\(environment).max_instances in switchyard.yaml.
            """
        case .certificate(let name, let cause):
            "The certificate \(name) is not taken into use: \(cause). Replace the file; until then all stays as it was."
        case .firstCertificate(let name, let cause):
            "The certificate \(name) is not taken into use: \(cause). Replace the file; until then no user is served."
        case .noCertificate(let folder):
            "No file in \(folder) is a certificate that can be used: put one there, chain and key in one PEM file."
        case .authority(let domains, let reason):
            "The authority gave no certificate for \(domains.joined(separator: ", ")): \(reason). Each domain must lead to "
                + "this machine, and its port 80 be open to the authority."
        case .program(let name, let output):
            "'\(name)' failed: \(output)"
        }
    }
}
