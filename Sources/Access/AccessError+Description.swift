import Domain
import Foundation

extension AccessError: CustomStringConvertible {
    package var description: String {
        sentenceAboutAccounts ?? sentenceAboutProposals ?? sentenceAboutTokens ?? sentenceAboutSignIn
            ?? sentenceAboutBreakGlass ?? sentenceAboutNetworks ?? "Access was refused."
    }

    private var sentenceAboutAccounts: String? {
        switch self {
        case .unknownAccount(let name): "There is no account '\(name)'."
        case .disabled(let name): "The account '\(name)' is disabled; an admin can propose its roles anew."
        case .dormant(let name):
            "The account '\(name)' was not used for \(Int(Limits.dormantAge / 86_400)) days and counts as disabled; an admin "
                + "can propose its roles anew."
        case .otherKind(let name, let kind):
            "'\(name)' is a \(kind == .person ? "person" : "service account"); choose another name."
        case .auditorActs(let name, let roles):
            "'\(name)' can't be auditor and \(roles.words): who watches must not act. Propose one or the other."
        case .adminOfSome(let name): "'\(name)' can be admin for all environments or not at all: leave out the names."
        case .roleNeedsPerson(let name, let role):
            "The service account '\(name)' can't be \(role.words), which is for people."
        case .environmentCount(let count, let limit):
            "A role holds for 1 to \(limit) named environments or for all, and \(count) are named."
        case .tooMany(let what, let limit): "There are \(limit) \(what) already, which is the most: remove some first."
        case .wordsMissing(let what): "The \(what) is empty: write one."
        case .wordsTooLong(let what, let limit): "The \(what) is longer than \(limit) characters: shorten it."
        case .environmentsDiffer(let first, let place, let other, let otherPlace):
            "The \(place) names the environment '\(first)' and the \(otherPlace) names '\(other)': name one."
        default: nil
        }
    }

    private var sentenceAboutProposals: String? {
        switch self {
        case .unknownProposal(let id): "There is no proposal \(id.text)."
        case .proposalClosed(let id, let state):
            "The proposal \(id.text) is \(state.rawValue) already: make a new one."
        case .selfConfirmation(let id): "Somebody else must confirm the proposal \(id.text): you made it."
        case .ownRoles(let id): "Somebody else must confirm the proposal \(id.text): it is about your own roles."
        case .rolesChangedMeanwhile(let name):
            "The roles of '\(name)' are not what they were when this was proposed: propose it again."
        case .notAdmin(let name): "'\(name)' is no admin, and only admins decide about roles."
        case .lastAdmin(let name): "'\(name)' is the last admin and stays one: make another admin first."
        case .machineIsNoAdmin(let admins):
            "The machine's token file decides about roles only while there are fewer than two admins, and there "
                + (admins == 1 ? "is one." : "are \(admins).")
        default: nil
        }
    }

    private var sentenceAboutTokens: String? {
        switch self {
        case .badToken: "The token opens nothing here: sign in again, or use another token."
        case .tokenExpired(let id, let date): "The token \(id) expired on \(date.ISO8601Format()): make a new one."
        case .tokenRevoked(let id): "The token \(id) was taken back: make a new one."
        case .unknownToken(let id): "There is no token \(id) that still counts."
        case .tokenMakesToken: "A token can't make another one: sign in first."
        case .tokenAge(let longest): "A token lives at most \(Int(longest / 86_400)) days: choose a shorter time."
        case .scopeTooWide(let name): "A token of '\(name)' can't have more than the one that it is made with."
        case .scopeBeyondRights(let name, let operation):
            "'\(name)' may nowhere \(operation.words), so a token can't be for it: leave it out."
        case .scopeBeyondEnvironments(let name, let environment):
            "'\(name)' has no role in \(environment), so a token can't be for it: leave it out."
        case .noSession: "There is no such session: sign in."
        case .sessionOver: "The session is over: sign in again."
        case .sessionNeedsPerson(let name): "'\(name)' is a service account, which uses tokens and doesn't sign in."
        case .locked(let who, let end):
            "\(who) has failed too often and is locked until \(end.ISO8601Format())."
        default: nil
        }
    }

    private var sentenceAboutSignIn: String? {
        switch self {
        case .issuer(let text):
            "'\(text.told)' is no issuer that can be asked: use the provider's https address, or http on this machine."
        case .provider(let reason): "The identity provider's answer can't be used: \(reason)."
        case .providerUnreachable(let reason):
            "The identity provider can't be asked (\(reason)); in an emergency, break-glass codes work without it."
        case .identityToken(let reason): "The id token is refused: \(reason)."
        case .emailNotVerified(let email):
            "The identity provider has not verified the address \(email): verify it there."
        case .notInGroup(let name, let groups):
            "'\(name)' is in none of the groups that may sign in (\(groups.joined(separator: ", ")))."
        case .contextMissing(let contexts):
            "The identity provider did not confirm a sign-in of the kind that is asked for "
                + "(\(contexts.joined(separator: ", "))): use your second factor."
        case .noAccount(let name): "'\(name)' has no account here: ask an admin to propose one."
        case .otherIdentity(let name):
            "The account '\(name)' belongs to somebody else at the identity provider, who had the name before."
        case .unknownSignIn: "This sign-in is not under way any more: begin again."
        case .otherBrowser: "This sign-in began in another browser: begin again in this one."
        case .tooManySignIns: "Too many sign-ins are under way: try again in a few minutes."
        case .noDeviceFlow(let issuer):
            "\(issuer) has no device flow: make a token in the console, and use that on the command line."
        case .deviceCodeExpired: "Nobody agreed to this sign-in in time: begin again."
        case .proofNotFresh: "This takes a proof of identity that is at most five minutes old: sign in again."
        default: nil
        }
    }

    private var sentenceAboutBreakGlass: String? {
        switch self {
        case .notOnCall(let name, let environment):
            "'\(name)' is not on call for \(environment), and break-glass is only for people on call."
        case .breakGlassUnprotected(let environment): "\(environment) is not protected and needs no break-glass."
        case .reviewOverdue(let id):
            "The use \(id.text) of break-glass is not reviewed yet, a day after its end: somebody without a part in it "
                + "must review it first."
        case .breakGlassOpenAlready(let environment): "You have break-glass open in \(environment) already."
        case .reasonTooShort(let fewest): "The reason has fewer than \(fewest) characters: say what happens."
        case .breakGlassDuration: "Break-glass lasts from 1 to \(Int(Limits.breakGlassAge / 60)) minutes."
        case .unknownBreakGlass(let id): "There is no use \(id.text) of break-glass."
        case .breakGlassOver(let id): "The use \(id.text) of break-glass is over already."
        case .breakGlassActive(let id): "The use \(id.text) of break-glass is still open: end it before the review."
        case .notToEnd(let name): "'\(name)' neither opened this break-glass nor could approve there, so can't end it."
        case .reviewedAlready(let id): "The use \(id.text) of break-glass is reviewed already."
        case .reviewByParticipant(let name):
            "'\(name)' had a part in this use of break-glass: somebody else reviews it."
        case .badRecoveryCode: "The code opens nothing: each one works once, and new ones end the old ones."
        default: nil
        }
    }

    private var sentenceAboutNetworks: String? {
        switch self {
        case .wrongNetwork(let address, let environment):
            "\(environment) can't be called from \(address): connect to the VPN first."
        case .network(let text, let fault, let mend):
            "The network '\(text.told)' \(fault)"
                + (mend.map { "; did you mean \($0)?" } ?? "; write it as 10.8.0.0/24.")
        case .vpnTooSmall(let block): "The VPN's network \(block) has no room for peers: use at most /30, or /126."
        case .vpnEndpoint(let text):
            "The VPN's endpoint '\(text.told)' must be a name and a port: vpn.example.com:51820."
        case .vpnServerKey: "The VPN server's public key must be 32 bytes in base64, as 'wg pubkey' prints it."
        case .vpnFull(let block): "The VPN's network \(block) has no free address: remove a peer, or use a larger one."
        case .peerAge: "A VPN peer lives at most \(Int(Limits.peerAge / 86_400)) days from now: choose a shorter time."
        case .peerThere(let name): "There is a VPN peer '\(name)' already: remove it first, or choose another name."
        case .unknownPeer(let name): "There is no VPN peer '\(name)'."
        default: nil
        }
    }
}
