import Domain
import DurableFiles

extension SecretsError {
    var valueDescription: String {
        switch self {
        case .emptyValue(let name):
            "\(name) would be empty; give it a value, or remove it."
        case .notText(let name):
            "The value of \(name) is no UTF-8 text without zero bytes, so no process could find it in its environment; "
                + "encode it, for example as Base64."
        case .valueTooLarge(let name, let bytes, let limit):
            "The value of \(name) has \(bytes) bytes and the limit is \(limit); put it into a file or a database."
        case .tooManyNames(let environment, let limit):
            "\(environment) would have more than \(limit) variables of this kind; remove those that no release reads."
        case .environmentTooLarge(let environment, let limit):
            "All values of \(environment) would have more than \(limit) bytes; put the large ones into files."
        case .unknownSecret(let name, let environment):
            "\(environment) has no secret \(name); 'switchyard secret list' shows those it has."
        case .sameValue(let name):
            "The new value of \(name) is the one that it has; make a new one where it is issued and use that."
        case .nameTaken(let name, let environment, let asSecret):
            "\(name) is a \(asSecret ? "secret" : "setting") of \(environment) already and cannot be a "
                + "\(asSecret ? "setting" : "secret") too; remove it there first."
        case .versionNotKept(let name, let environment, let version):
            "Version \(version) of \(environment)'s \(name) is not kept any more; start with the newest one."
        case .settingsNotKept(let environment, let version):
            "Version \(version) of \(environment)'s settings is not kept any more; start with the newest one."
        case .changedMeanwhile(let environment):
            "Somebody else changed the variables of \(environment) at the same time; nothing was written, so try again."
        default: ""
        }
    }

    var keyDescription: String {
        switch self {
        case .keyRingMissing(let path):
            "The key ring \(path) is missing, and without it no secret can be read; restore it from where you keep it."
        case .keyRingExists(let path):
            "\(path) is there already; it is not replaced, because secrets may be under its keys."
        case .keyRingOpen(let path, let mode):
            "The key ring \(path) has mode 0\(String(mode, radix: 8)) and others could read it; run 'chmod 0400 \(path)', "
                + "and rotate its key if somebody did."
        case .keyRingOwner(let path, let user):
            "The key ring \(path) belongs to user \(user), who could change it; give it to the user that Switchyard runs as."
        case .keyRingNoFile(let path): "The key ring \(path) is no ordinary file; name the file itself."
        case .keyRingDamaged(let path, let reason):
            "The key ring \(path) cannot be used: \(reason); restore it from where you keep it."
        case .keyRingReadOnly(let path):
            "The key ring \(path) cannot be written here (a credential of systemd is read-only); add the new key where the "
                + "credential is made, restart, and rewrap."
        case .keyRingFull(let path, let limit):
            "The key ring \(path) holds \(limit) keys; drop those that no secret is under before you rotate."
        case .keyRingBusy(let path):
            "Another process changes the key ring \(path); try again when it has finished."
        case .unknownKey(let id, let name, let environment):
            "\(environment)'s \(name) is under key \(id), which the key ring does not hold; restore the ring that has it."
        case .altered(let name, let environment, let version):
            "Version \(version) of \(environment)'s \(name) is not what was written there: it was altered or moved from "
                + "elsewhere. Set it anew, and find out who can write to the state."
        case .file(let fault): fault.description
        default: ""
        }
    }

    var exchangeDescription: String {
        switch self {
        case .ageMissing: "The program 'age' is missing; install Debian's package age."
        case .ageFailed(let task, let message): "'age' could not \(task): \(message)"
        case .ageTookTooLong(let task):
            "'age' did not \(task) within \(Limits.ageSeconds) s; an identity with a passphrase cannot be used here."
        case .noRecipients: "An exported file needs at least one recipient; name an age public key (age1...)."
        case .invalidRecipient(let text): "'\(text)' is no age public key; use one that begins with 'age1'."
        case .fileTooLarge(let limit): "The file has more than \(limit >> 20) MiB; import it in parts."
        case .unreadableFile(let reason): "The file cannot be read: \(reason)."
        case .notEncrypted: "The file has no 'sops' part, so it is not encrypted; encrypt it with SOPS first."
        case .unsupported(let reason): "The file uses what is not supported here: \(reason)."
        case .noAgeKey: "The file has no age recipient; add one with 'sops updatekeys' or 'sops rotate --add-age'."
        case .noMatchingIdentity(let message): "None of the identities opens the file: \(message)"
        case .refusedEntry(let key, let reason): "'\(key)' \(reason)."
        case .alteredEntry(let key):
            "The value of '\(key)' was altered, or moved from another key; take the file from its source again."
        case .alteredFile:
            "The file's values are not those that were encrypted together (its MAC differs); take it from its source again."
        default: ""
        }
    }
}
