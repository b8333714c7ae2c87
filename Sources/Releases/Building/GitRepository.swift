import Foundation

/// A git repository, which is only read.
struct GitRepository: Sendable {
    /// The folder that was named: the repository's root or one below it.
    let folder: String
    /// That folder's path inside the repository, with a slash at its end; empty for the root.
    let prefix: String
    let git: GitProgram

    init(folder: String, git: GitProgram) async throws {
        guard access(folder, X_OK) == 0 else {
            throw BuildError.notARepository(folder: folder, message: String(cString: strerror(errno)))
        }
        let answer = try await git.ask(["rev-parse", "--show-prefix"], in: folder, to: "find the repository")
        guard answer.succeeded else { throw BuildError.notARepository(folder: folder, message: answer.message) }
        self.folder = folder
        prefix = answer.output
        self.git = git
    }

    /// The commit that a branch, a tag, a hash or an expression such as `HEAD~2` names.
    func commit(of reference: String) async throws -> String {
        let answer = try await ask("rev-parse", "--verify", "--quiet", "--end-of-options", "\(reference)^{commit}")
        guard answer.succeeded, !reference.isEmpty else {
            throw BuildError.unknownReference(reference, repository: folder)
        }
        return answer.output
    }

    /// A file's content in a commit; nil when it is not there. The path is relative to `folder`.
    func file(_ path: String, in commit: String) async throws -> String? {
        let answer = try await ask("cat-file", "blob", "\(commit):\(prefix)\(path)")
        return answer.succeeded ? answer.output : nil
    }

    func revision(_ commit: String) async throws -> SourceRevision {
        let tag = try await ask("describe", "--tags", "--exact-match", commit)
        let previous = try await ask("describe", "--tags", "--abbrev=0", "\(commit)^")
        let since = previous.succeeded ? ["^refs/tags/\(previous.output)"] : []
        let log = try await git.run(
            ["log", "--max-count=\(Limits.authorCommits)", "--format=%aN <%aE>", commit] + since + ["--"],
            in: folder, to: "list the authors", limit: Limits.gitQuestion)
        let time = try await git.run(
            ["show", "--no-patch", "--format=%ct", commit, "--"], in: folder, to: "read the commit",
            limit: Limits.gitQuestion)
        var seen: Set<Substring> = []
        return SourceRevision(
            commit: commit, tag: tag.succeeded ? tag.output : nil,
            previousTag: previous.succeeded ? previous.output : nil,
            authors: log.split(separator: "\n").filter { seen.insert($0).inserted }.map(String.init),
            committedAt: Int(time) ?? 0)
    }

    /// Whether files in the working tree differ from the last commit.
    func hasUncommittedChanges() async throws -> Bool {
        let answer = try await ask("status", "--porcelain", "--untracked-files=no")
        return answer.succeeded && !answer.output.isEmpty
    }

    /// Makes a repository of its own in an empty folder with this commit, its history and tags, and checks it out.
    ///
    /// Nothing of the working tree comes along, neither changes nor ignored files, and no object is shared.
    func clone(_ commit: String, to path: String) async throws {
        let limit = Limits.gitTransfer
        let place = try await git.run(
            ["rev-parse", "--path-format=absolute", "--git-common-dir"], in: folder, to: "find the repository",
            limit: limit)
        try await git.run(["init", "--quiet", "--template="], in: path, to: "make a clone", limit: limit)
        try await git.run(["remote", "add", "origin", try await origin(place)], in: path, to: "clone", limit: limit)
        // Any commit, also one that no branch has; a shallow repository's history stays as short as it is.
        try await git.run(
            [
                "-c", "protocol.version=2", "fetch", "--quiet", "--update-shallow", "file://\(place)",
                "+\(commit):refs/heads/release",
            ], in: path, to: "clone commit \(commit.prefix(12))", limit: limit)
        try await git.run(
            ["checkout", "--quiet", "--detach", commit], in: path, to: "check out \(commit.prefix(12))", limit: limit)
    }

    /// Checks out the submodules of a clone at the commits that it records; answers how many there are.
    func checkOutSubmodules(of clone: String) async throws -> Int {
        guard access("\(clone)/.gitmodules", F_OK) == 0 else { return 0 }
        let arguments = ["submodule", "--quiet", "update", "--init", "--recursive"]
        try await git.run(arguments, in: clone, to: "check out the submodules", limit: Limits.gitTransfer)
        let status = try await git.run(
            ["submodule", "status", "--recursive"], in: clone, to: "list the submodules", limit: Limits.gitQuestion)
        return status.split(separator: "\n").count
    }

    /// What relative submodules are relative to.
    private func origin(_ place: String) async throws -> String {
        let answer = try await ask("config", "--get", "remote.origin.url")
        return answer.succeeded && !answer.output.isEmpty ? answer.output : place
    }

    private func ask(_ arguments: String...) async throws -> GitProgram.Answer {
        try await git.ask(arguments, in: folder, to: "answer '\(arguments[0])'")
    }
}
