import DurableFiles
import Foundation
import Glibc

/// The files of one version of a service's definition; two definitions are the same when all files are.
struct ServiceDefinition {
    private let files: [(path: String, content: Data, mode: mode_t)]

    init(_ service: Service, runit: Runit, tree: String) throws {
        let group = ControlGroup(service: service.name, tree: tree)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var files: [(path: String, content: Data, mode: mode_t)] = [
            ("run", Data(service.runScript(runit: runit, controlGroup: group).utf8), 0o700),
            ("finish", Data(service.finishScript(controlGroup: group).utf8), 0o700),
            ("log-run", Data(service.logScript(runit: runit).utf8), 0o700),
            ("service.json", try encoder.encode(service), 0o600),
            ("format", Data("\(service.formatVersion)\n".utf8), 0o600),
        ]
        // Who delivers sealed variables reads the others from service.json.
        for (key, value) in service.environment.sorted(by: { $0.key < $1.key }) where service.sealed == nil {
            // chpst turns NUL back into a newline; see Service.validate.
            files.append(("env/\(key)", Data((value.replacing("\n", with: "\0") + "\n").utf8), 0o600))
        }
        self.files = files
    }

    func write(to folder: String) throws {
        try makeFolder(folder)
        try makeFolder("\(folder)/env")
        for file in files {
            try DurableFile.write(file.content, to: "\(folder)/\(file.path)", mode: file.mode)
        }
    }

    func isWritten(in folder: String) -> Bool {
        let variables = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/env")) ?? []
        return variables.count == files.count { $0.path.hasPrefix("env/") }
            && files.allSatisfy { FileManager.default.contents(atPath: "\(folder)/\($0.path)") == $0.content }
    }

    private func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 else { throw FileFault(operation: "create", path: path) }
    }
}

extension ServiceFolder {
    /// Fills a folder that runsvdir does not see yet.
    func create(_ definition: ServiceDefinition, startsAtBoot: Bool) throws {
        for folder in [path, "\(path)/log", "\(path)/state", "\(path)/definitions"] {
            guard mkdir(folder, 0o700) == 0 else { throw FileFault(operation: "create", path: folder) }
        }
        try definition.write(to: "\(path)/definitions/1")
        try link("definition", to: "definitions/1")
        try link("run", to: "definition/run")
        try link("finish", to: "definition/finish")
        try link("log/run", to: "../definition/log-run")
        if !startsAtBoot { try setWanted(false) }
    }

    /// Exchanges the definition in one rename; what runs goes on, the next start uses the new one.
    func replace(with definition: ServiceDefinition) throws {
        let old = try FileManager.default.destinationOfSymbolicLink(atPath: "\(path)/definition")
        let number = (Int((old as NSString).lastPathComponent) ?? 0) + 1
        let target = "definitions/\(number)"
        // What a crash left under this number was never in use.
        if access("\(path)/\(target)", F_OK) == 0 { try FileManager.default.removeItem(atPath: "\(path)/\(target)") }
        try definition.write(to: "\(path)/\(target)")
        unlink("\(path)/definition.new")
        try link("definition.new", to: target)
        guard rename("\(path)/definition.new", "\(path)/definition") == 0 else {
            throw FileFault(operation: "replace", path: "\(path)/definition")
        }
        try DurableFile.synchronizeFolder(of: "\(path)/definition")
        try FileManager.default.removeItem(atPath: "\(path)/\(old)")
    }

    private func link(_ name: String, to target: String) throws {
        guard symlink(target, "\(path)/\(name)") == 0 else {
            throw FileFault(operation: "link", path: "\(path)/\(name)")
        }
    }
}
