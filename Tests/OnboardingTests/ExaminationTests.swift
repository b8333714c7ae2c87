import Foundation
import Glibc
import TestSupport
import Testing

@testable import Onboarding

/// What the examinations find, on real ports, folders and files.
@Suite(.timeLimit(.minutes(2)))
struct ExaminationTests {
    @Test func `a port that somebody listens on must be freed, unless it is our own`() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        try #require(bound)
        let text = "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        let taken = PortExamination.examine(text, setting: "traffic.http", isOurs: false)
        #expect(taken.state == .mend)
        #expect(taken.remedy?.contains("traffic.http") == true)
        #expect(PortExamination.examine(text, setting: "traffic.http", isOurs: true).state == .good)
    }

    @Test(arguments: ["127.0.0.1:0", "localhost:0", "[::1]:0"])
    func `a port that the system gives is good`(address: String) {
        #expect(PortExamination.examine(address, setting: "traffic.http", isOurs: false).state == .good)
    }

    @Test func `an address of another machine must be changed`() {
        let finding = PortExamination.examine("192.0.2.1:8080", setting: "api.listen", isOurs: false)
        #expect(finding.state == .mend)
        #expect(finding.sentence.contains("192.0.2.1:8080"))
    }

    @Test func `a state folder is good when it is missing, and not when others may write to it or read its token`()
        async throws
    {
        try await withTemporaryFolder { parent in
            let folder = "\(parent)/state"
            #expect(StateFolderExamination.examine(folder).first?.state == .good)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            chmod(folder, 0o777)
            #expect(StateFolderExamination.examine(folder).first?.remedy == "chmod 711 \(folder)")
            chmod(folder, 0o711)
            #expect(StateFolderExamination.examine(folder).first?.state == .good)
            try "secret".write(toFile: "\(folder)/token", atomically: false, encoding: .utf8)
            chmod("\(folder)/token", 0o644)
            #expect(StateFolderExamination.examine(folder).first?.remedy == "chmod 600 \(folder)/token")
            #expect(StateFolderExamination.examine("\(folder)/token").first?.state == .mend, "a file is no folder")
        }
    }

    @Test(arguments: [
        (100 << 20, 1_000_000, Finding.State.mend), (2 << 30, 1_000_000, .note), (50 << 30, 1_000_000, .good),
        (50 << 30, 10, .mend),
    ])
    func `a disk is judged by its free bytes and files`(bytes: Int, files: Int, state: Finding.State) {
        let finding = StateFolderExamination.judgeDisk(
            freeBytes: bytes, freeFiles: files, hasFileLimit: true, of: "/somewhere")
        #expect(finding.state == state)
        #expect((finding.remedy == nil) == (state == .good))
    }

    @Test func `a clock that nothing keeps in step is worth a note`() {
        #expect(ClockExamination.judgeClock(isSynchronised: false).state == .note)
        #expect(ClockExamination.judgeClock(isSynchronised: true).state == .good)
    }

    @Test(arguments: [
        ("[sh, -c, \"exec gunicorn --bind $HOST:$PORT app:application\"]", "gunicorn", Finding.State.mend),
        ("[sh, -c, \"exec env A=b sh\"]", "sh", .good), ("[sh, -c, \"cd a && ./run\"]", "shell", .good),
        ("sh -x", "sh", .good), ("bin/run", "bin/run", .good), ("bin/none", "bin/none", .mend),
        ("/bin/sh", "/bin/sh", .good),
        ("node", "node", .mend),
    ])
    func `a process's program is looked for in the folder and on the processes' own PATH`(
        command: String, program: String, state: Finding.State
    ) async throws {
        try await withTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/bin", withIntermediateDirectories: false)
            try "#!/bin/sh".write(toFile: "\(folder)/bin/run", atomically: false, encoding: .utf8)
            chmod("\(folder)/bin/run", 0o755)
            try FileManager.default.createDirectory(atPath: "\(folder)/path", withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/path/sh", withDestinationPath: "/bin/sh")
            let text = "name: notes\nversion: 1.0.0\nprocesses: {web: {command: \(command)}}\n"
            try text.write(toFile: "\(folder)/release.yaml", atomically: false, encoding: .utf8)
            let findings = ReleaseExamination(folder: folder, searchPath: "\(folder)/path").findings()
            #expect(findings.map(\.state) == [state])
            #expect(findings.first?.sentence.contains(program) == true)
        }
    }

    @Test func `a folder without a release has no findings, and a wrong one is refused with its line`() async throws {
        try await withTemporaryFolder { folder in
            #expect(ReleaseExamination(folder: folder, searchPath: "").findings().isEmpty)
            try "name: notes\n".write(toFile: "\(folder)/release.yaml", atomically: false, encoding: .utf8)
            let finding = ReleaseExamination(folder: folder, searchPath: "").findings().first
            #expect(finding?.state == .mend)
            #expect(finding?.sentence.contains("release.yaml:1") == true)
        }
    }
}
