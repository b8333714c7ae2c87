package import Domain
package import Foundation

/// What keeps the control plane from starting or from doing what it was asked.
package enum ControlPlaneError: Error, Equatable, CustomStringConvertible {
    case alreadyRunning(state: String)
    case unknownEnvironment(String, known: [EnvironmentName])
    case invalidParameter(name: String, value: String, expected: String)
    case newerState(path: String, format: Int, version: String, ours: String)
    case stateTooLong(path: String, most: Int)
    /// `path` is the state folder or something in it.
    case foreignState(state: String, path: String, owner: String, user: String)
    /// `folder` is the one that nothing may be made in.
    case stateNotMade(state: String, folder: String, owner: String, user: String)
    case notEnterable(path: String, user: String)
    case noEmbeddedDatabase(EnvironmentName)
    case archiveTooLarge(most: Int)
    case tooManyFollowers(Int)
    case nothingToRunIn(EnvironmentName)
    case inNoSlot(String, EnvironmentName, [ReleaseReference])
    case releaseInUse(ReleaseReference, EnvironmentName)
    case commandNotFound(String, ReleaseReference)
    case unknownCommand(UUID)
    case unknownAuditEntry(Int)
    /// Does not name the person: it is recorded.
    case nobodyToErase
    /// A name that Switchyard itself gives a value.
    case reservedVariable(VariableName, EnvironmentName)
    /// Secrets that a release names and its environment has not.
    case secretsMissing([VariableName], EnvironmentName)
    case proxyRefused(log: [String])
    case applicationInUse(ApplicationName, environment: EnvironmentName)
    case environmentInUse(EnvironmentName)
    /// Something is at `place`, where the link to `shared` belongs.
    case sharedFolderHidden(place: String, shared: String)
    case addressTaken(String, cause: String)
    /// A Prometheus does not take the expression of a guard; the sentence names guard, server and cause.
    case metricRefused(EnvironmentName, String)
    /// The API's certificate or its key.
    case certificateUnusable(path: String, cause: String)
    case noDatabase(EnvironmentName)
    case frozen(EnvironmentName, until: String, by: String, reason: String, id: String)
    /// Going back to a release that this environment has never had.
    case neverServed(ReleaseReference, EnvironmentName)
    /// The environment's database is its secret DATABASE_URL, which is not set.
    case databaseSecretMissing(EnvironmentName)
    case wrongPaymentKey(name: String, PaymentKey, EnvironmentName, DataClass)
    /// A database with data of the first kind, and the environment that wants the last one.
    case wrongData(DataClass, markedBy: String, EnvironmentName, DataClass)
    case configurationBusy
    case noSignIn
    case noVPN
    /// Keys that one person does not change through the API.
    case guardedSettings([String])
    case unknownRecipient(String, EnvironmentName)
    case nothingToApprove
    case tookTooLong(String, seconds: Int)

    package var description: String {
        switch self {
        case .alreadyRunning(let state):
            "A control plane runs on \(state) already; stop it first, or give another folder with --state."
        case .unknownEnvironment(let text, let known):
            "There is no environment '\(text)'; switchyard.yaml has \(known.map(\.rawValue).joined(separator: ", "))."
        case .invalidParameter(let name, let value, let expected):
            "'\(value)' is no valid \(name): give \(expected)."
        case .newerState(let path, let format, let version, let ours):
            "The state folder \(path) is of format \(format), written by Switchyard \(version), which this Switchyard "
                + "(\(ours)) cannot read; start that version or a newer one. Nothing was changed."
        case .stateTooLong(let path, let most):
            "The state folder's path \(path) is longer than \(most) bytes, which leaves no room for socket names; "
                + "give a shorter one with --state."
        case .foreignState(let state, let path, let owner, let user):
            "\(path) belongs to \(owner), and Switchyard was started by \(user): start it as \(owner), or stop it and "
                + "say 'chown -R \(user) \(state)' as root, or give another folder with --state. Nothing was changed."
        case .stateNotMade(let state, let folder, let owner, let user):
            "\(user) may not make anything in \(folder), which belongs to \(owner): say 'install -d -o \(user) "
                + "\(state)' as root, or give another folder for the state with --state."
        case .notEnterable(let path, let user):
            "The user \(user) cannot enter \(path), so nothing of the state folder can run as that user: say "
                + "'chmod o+x \(path)', or give a folder that everybody may pass through with --state."
        case .noEmbeddedDatabase(let environment):
            "\(environment) has no database in this Switchyard."
        case .nothingToRunIn(let environment):
            "Nothing is deployed in \(environment) yet: deploy a release first."
        case .inNoSlot(let text, let environment, let known):
            "\(text) is in no slot of \(environment), so neither its files nor its schema are there: deploy it, or "
                + "name one of \(known.map(\.description).joined(separator: ", "))."
        case .releaseInUse(let release, let environment):
            "\(release) is needed in \(environment): it serves, is kept as a way back, or is being deployed. "
                + "'switchyard status' says where; it can be removed when it has left its slot."
        case .commandNotFound(let word, let release):
            "There is no program '\(word)', neither in \(release) nor on the PATH of its processes; nothing was run."
        case .unknownAuditEntry(let number):
            "The audit record has no entry \(number), or it was pruned; see 'switchyard audit list'."
        case .nobodyToErase:
            "Nothing is recorded under that identifier, or it was erased before; nothing was changed. Identifiers are what "
                + "'switchyard audit list' shows as the actor."
        case .unknownCommand(let id):
            "No one-off command \(id) is running."
        case .reservedVariable(let name, let environment):
            "Switchyard itself gives \(name) to the processes of \(environment), so it can be no secret and no setting; "
                + "use another name. Nothing was changed."
        case .secretsMissing(let names, let environment):
            "The release needs \(names.map(\.rawValue).joined(separator: ", ")), which \(environment) has not: say "
                + "'switchyard secret set \(names.first?.rawValue ?? "NAME") -e \(environment)' first."
        case .proxyRefused(let log):
            "HAProxy does not take its configuration; is another process on its port? It said: "
                + (log.last { $0.contains("cannot bind") } ?? log.last { $0.contains("[ALERT]") } ?? "nothing")
        case .tooManyFollowers(let most):
            "\(most) others follow logs already, which is the most; end one of them first."
        case .archiveTooLarge(let most):
            "The archive is larger than \(most) bytes."
        case .applicationInUse(let application, let environment):
            "\(environment) has releases of \(application), so the application cannot become another one; give the "
                + "other one a Switchyard of its own, with --state. Nothing was changed."
        case .environmentInUse(let environment):
            "\(environment) has releases that run, so it cannot be taken out of the configuration while Switchyard "
                + "runs. Nothing was changed."
        case .sharedFolderHidden(let place, let shared):
            "\(place) is no link to \(shared), so what is written there would be lost with the release: create the "
                + "release again under a new version, without that folder."
        case .addressTaken(let address, let cause):
            "The API cannot listen on \(address): \(cause). Stop what uses it, or change api.listen. Nothing was "
                + "changed."
        case .metricRefused(let environment, let sentence):
            "\(sentence) Correct it under 'rollback_triggers' of \(environment). Nothing was changed."
        case .certificateUnusable(let path, let cause):
            "The API cannot use \(path): \(cause). Correct api.secure in switchyard.yaml, or the file."
        case .noDatabase(let environment): "\(environment) has no database. Nothing was changed."
        case .frozen(let environment, let until, let by, let reason, let id):
            "\(environment) is frozen until \(until) by \(by): \(reason). Going back is always possible; 'switchyard freeze lift "
                + "\(id)' ends it, and break-glass passes it."
        case .neverServed(let release, let environment):
            "\(release) has never served in \(environment), so there is no going back to it: deploy it."
        case .databaseSecretMissing(let environment):
            "The database of \(environment) is its secret DATABASE_URL, which is not set: say 'switchyard secret set "
                + "DATABASE_URL -e \(environment)' first."
        case .wrongPaymentKey(let name, let key, let environment, let data):
            "\(name) is a payment provider's \(key.rawValue) key, and \(environment) has \(data.rawValue) data: give it the "
                + "other kind of key. Nothing was changed."
        case .wrongData(let data, let marker, let environment, let wanted):
            "The database of \(environment) holds \(data.rawValue) data, as \(marker) has marked it, and \(environment) has "
                + "\(wanted.rawValue) data: give it another database, or, where the mark is wrong, say 'switchyard environment mark "
                + "\(wanted.rawValue) -e \(environment)'. Nothing was changed."
        case .noSignIn:
            "No identity provider is configured: write it under access.sign_in in switchyard.yaml, or use a token."
        case .unknownRecipient(let recipient, let environment):
            "The secrets of \(environment) are exported only to recipients that switchyard.yaml names under "
                + "access.secret_recipients, and '\(recipient.prefix(80))' is none of them."
        case .guardedSettings(let keys):
            "\(keys.prefix(5).joined(separator: ", ")) are not changed by one person while everything runs: write them into "
                + "switchyard.yaml on the machine and start 'switchyard serve' again. Nothing was changed."
        case .nothingToApprove:
            "Nothing waits for approval here: the environment is not protected, or there are no accounts; deploy at once."
        case .noVPN:
            "No VPN is configured: write it under access.vpn in switchyard.yaml."
        case .configurationBusy:
            "The configuration is being changed by somebody else; try again in a moment."
        case .tookTooLong(let what, let seconds):
            "\(what) was not done within \(seconds) s; allow more in switchyard.yaml, or look why it takes so long."
        }
    }
}
