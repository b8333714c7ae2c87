import Foundation

/// What package.json says; everything else in it is left alone.
private struct NodePackage: Decodable {
    var name: String?
    var version: String?
    var main: String?
    var scripts: [String: String]?
    var dependencies: [String: String]?
}

extension Project {
    static func node(_ repository: Repository) -> Project? {
        guard let text = repository.text(of: "package.json") else { return nil }
        let package = (try? JSONDecoder().decode(NodePackage.self, from: Data(text.utf8))) ?? NodePackage()
        var project = Project(title: "a Node application", file: "package.json", libraryFiles: ["package.json"])
        project.name = package.name.map { Guess(String($0.split(separator: "/").last ?? ""), from: "package.json") }
        project.version = package.version.map { Guess($0, from: "package.json") }
        project.web = nodeCommand(package, repository)
        project.build = nodeBuild(package, repository)
        return project
    }

    /// The libraries lie in the folder, so that a release has them with it.
    private static func nodeBuild(_ package: NodePackage, _ repository: Repository) -> Guess<String>? {
        let manager = NodePackageManager(of: repository)
        if package.scripts?["build"] != nil {
            return Guess("\(manager.install) && \(manager.name) run build", from: manager.source("\"build\""))
        }
        guard package.dependencies?.isEmpty == false else { return nil }
        return Guess(manager.installForProduction, from: manager.source("\"dependencies\""))
    }

    private static func nodeCommand(_ package: NodePackage, _ repository: Repository) -> Guess<String>? {
        if let start = package.scripts?["start"] {
            // A plain node gets signals itself; npm would stand between it and its supervisor.
            let isPlain = start.hasPrefix("node ")
            return Guess(
                isPlain ? start : "\(NodePackageManager(of: repository).name) start", from: "package.json's \"start\"")
        }
        let files = [package.main, "server.js", "server.mjs", "index.js", "app.js"].compactMap(\.self)
        return files.first(where: repository.isFile).map { Guess("node \($0)", from: $0) }
    }
}

/// The program that brings the libraries of package.json, known by its lockfile.
private struct NodePackageManager {
    let name: String
    /// With what only the build needs, exactly as the lockfile says where there is one.
    let install: String
    let installForProduction: String
    private let lockfile: String?

    init(of repository: Repository) {
        // Yarn from its version 2 on has a file of its own, too, and leaves nothing out.
        let isModernYarn = repository.isFile(".yarnrc.yml")
        let known: [(lockfile: String, name: String, install: String, production: String)] = [
            ("package-lock.json", "npm", "npm ci", " --omit=dev"),
            ("npm-shrinkwrap.json", "npm", "npm ci", " --omit=dev"),
            ("pnpm-lock.yaml", "pnpm", "pnpm install --frozen-lockfile", " --prod"),
            isModernYarn
                ? ("yarn.lock", "yarn", "yarn install --immutable", "")
                : ("yarn.lock", "yarn", "yarn install --frozen-lockfile", " --production"),
        ]
        let found = known.first { repository.isFile($0.lockfile) }
        lockfile = found?.lockfile
        name = found?.name ?? "npm"
        install = found?.install ?? "npm install"
        installForProduction = install + (found?.production ?? " --omit=dev")
    }

    /// Where a guess comes from: package.json's key, and the lockfile.
    func source(_ key: String) -> String { "package.json's \(key)" + (lockfile.map { " and \($0)" } ?? "") }
}
