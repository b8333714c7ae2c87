import Releases
import Testing

/// What a build prints shows no secret.
struct SecretMaskTests {
    static let variables = [
        "API_TOKEN": "tk-12345678", "PGPASSWORD": "hunter2-hunter2", "DEPLOY_KEY": "first line\nsecond line",
        "DATABASE_URL": "postgresql://app:s3cr3t-pw@db.internal/app", "SSH_PASS": "a b/c+d?",
        "GREETING": "good morning",
        "FEATURE_AUTH": "true", "PWD": "/srv/freightops", "TOKEN_FILE_LONG": "tk-12345678-and-more",
    ]

    static let lines: [(line: String, masked: String)] = [
        ("Bearer tk-12345678.", "Bearer ***."),
        ("tk-12345678-and-more", "***"),
        ("password=hunter2-hunter2", "password=***"),
        ("second line", "***"),
        (
            "connecting to postgresql://app:s3cr3t-pw@db.internal/app",
            "connecting to postgresql://app:***@db.internal/app"
        ),
        ("the password alone: s3cr3t-pw", "the password alone: ***"),
        ("?pass=a%20b%2Fc%2Bd%3F", "?pass=***"),
        ("clone https://ada:other@git.example/x.git", "clone https://ada:***@git.example/x.git"),
        ("clone https://ghp_abcdefghijklmnop0123@git.example/x.git", "clone https://***@git.example/x.git"),
        ("good morning, that is true in /srv/freightops", "good morning, that is true in /srv/freightops"),
        (
            "mail to ada@freightops.example, see https://freightops.example/a@b",
            "mail to ada@freightops.example, see https://freightops.example/a@b"
        ),
    ]

    @Test(arguments: lines)
    func `values of secret variables and passwords in URLs are masked`(line: String, masked: String) {
        #expect(SecretMask(variables: Self.variables).masking(line) == masked)
    }
}
