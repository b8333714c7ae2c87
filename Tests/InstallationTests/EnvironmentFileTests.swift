import DurableFiles
import Foundation
import Glibc
import Installation
import TestSupport
import Testing

/// The variables of an installed configuration, read as systemd reads them for its unit.
struct EnvironmentFileTests {
    @Test(arguments: [
        ("A=b", ["A": "b"]), ("A=b\nB=c\n", ["A": "b", "B": "c"]), ("A=b\r\nB=c\r\n", ["A": "b", "B": "c"]),
        ("A=b\nA=c", ["A": "c"]), ("A=", ["A": ""]), ("  A = b c \t\n", ["A": "b c"]),
        ("# A=b\n; B=c\n\nC=d # no comment", ["C": "d # no comment"]), ("A=b=c", ["A": "b=c"]),
        ("A='b c '\n", ["A": "b c "]), ("A=\"b \\\"c\\\" \\d $E\"", ["A": "b \"c\" \\d $E"]),
        ("A='b\nc'\nB=d", ["A": "b\nc", "B": "d"]), ("A='b' \"c\"d e ", ["A": "bcd e"]),
        ("A=b\\\nc\\ \nB=d", ["A": "bc ", "B": "d"]), ("A=it's", ["A": "it's"]), ("A='b", ["A": "b"]),
        (
            "URL=postgresql://me:p%40ss@db/notes?sslmode=require",
            ["URL": "postgresql://me:p%40ss@db/notes?sslmode=require"]
        ),
    ])
    func `quotes, backslashes, blanks and comments mean what they mean to systemd`(
        text: String, variables: [String: String]
    ) {
        let file = EnvironmentFile(text)
        #expect(file.variables == variables)
        #expect(file.passedOver == [])
    }

    @Test func `lines that systemd passes over are told by their numbers`() {
        let file = EnvironmentFile("A='b\nc'\nexport B=c\n2=d\nwords\nD=e\n")
        #expect(file.variables == ["A": "b\nc", "D": "e"])
        #expect(file.passedOver == [3, 4, 5])
    }

    @Test func `a file that is not there has no variables, and one that cannot be read is named`() async throws {
        try await withTemporaryFolder { folder in
            #expect(try EnvironmentFile.read("\(folder)/environment") == EnvironmentFile(""))
            try FileManager.default.createDirectory(atPath: "\(folder)/environment", withIntermediateDirectories: false)
            let fault = #expect(throws: FileFault.self) { try EnvironmentFile.read("\(folder)/environment") }
            #expect(fault?.path == "\(folder)/environment")
        }
    }

    @Test(.enabled(if: getuid() != 0, "root reads everything"))
    func `a file of somebody else is refused by the system's own words`() async throws {
        try await withTemporaryFolder { folder in
            try Data("A=b\n".utf8).write(to: URL(filePath: "\(folder)/environment"))
            chmod("\(folder)/environment", 0)
            #expect(throws: FileFault(operation: "read", path: "\(folder)/environment", code: EACCES)) {
                try EnvironmentFile.read("\(folder)/environment")
            }
        }
    }
}
