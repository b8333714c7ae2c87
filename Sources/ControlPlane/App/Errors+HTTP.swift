import API
import Access
import Approvals
import Audit
import Backups
import Deployments
import Domain
import DurableFiles
import Hummingbird
import Migrations
import Postgres
import Releases
import Runtimes
import Secrets
import Store
import Traffic

import enum Settings.SettingsError

extension Problem {
    /// The one place that makes an answer of an error.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem:
            self = problem
        case let error as HTTPError:
            self.init(
                code: error.status.code == 404 ? "not_found" : "refused", title: error.status.reasonPhrase,
                status: error.status.code, detail: error.body ?? "\(error.status)"
            )
        default:
            // What nobody foresaw is told to the log only: it may hold what is nobody's business.
            let kind = Kind(error)
            self.init(
                code: kind?.code ?? "internal", title: kind?.title ?? "Internal error", status: kind?.status ?? 500,
                detail: kind == nil
                    ? "Something unforeseen went wrong; the control plane's log says what." : "\(error)"
            )
        }
    }

    /// A kind of problem: status, stable code and title.
    fileprivate struct Kind {
        let status: Int
        let code: String
        let title: String

        init(_ status: Int, _ code: String, _ title: String) {
            (self.status, self.code, self.title) = (status, code, title)
        }

        static let notFound = Kind(404, "not_found", "Not found")
        static let diskFull = Kind(507, "disk_full", "Disk full")
    }
}

// MARK: - Which error is which kind

extension Problem.Kind {
    /// Nil for an error that nobody foresaw.
    fileprivate init?(_ error: any Error) {
        let kind: Self? =
            switch error {
            case is LeaseHeld: Self(409, "lease_held", "Being changed")
            case let error as DeploymentsError: Self(error)
            case SlotTableError.noWayBack: Self(409, "no_way_back", "Refused")
            case is SlotTableError: Self(409, "no_slot", "Refused")
            case let error as ControlPlaneError: Self(error)
            case ReleaseError.notFound: .notFound
            case ReleaseError.file(let fault) where fault.isDiskFull: .diskFull
            case is ReleaseError: Self(422, "release_refused", "Release refused")
            case let error as SecretsError: Self(error)
            case is InvalidName: Self(400, "invalid_name", "Invalid name")
            case let fault as FileFault: fault.isDiskFull ? .diskFull : Self(500, "internal", "Internal error")
            case let error as AuditError:
                error.isDiskFull ? .diskFull : Self(503, "record_unusable", "Audit record unusable")
            case StoreError.diskFull: .diskFull
            case is StoreError: Self(503, "state_unusable", "State unusable")
            case let denial as Denial:
                denial.cause == .onlyByRequest
                    ? Self(403, "approval_required", "Approval required")
                    : Self(403, "not_permitted", "Not permitted")
            case ApprovalError.unknownRequest, FreezeError.unknown: .notFound
            case FreezeError.reasonMissing, FreezeError.noTime, FreezeError.tooLong:
                Self(422, "freeze_refused", "Freeze refused")
            case is FreezeError: Self(409, "freeze_refused", "Freeze refused")
            case ApprovalError.ownRequest, ApprovalError.ownCommit, ApprovalError.roleMissing, ApprovalError.notAPerson:
                Self(403, "forbidden", "Forbidden")
            case is ApprovalError: Self(409, "approval_refused", "Refused")
            case let error as AccessError: Self(error)
            default: Self(ofSurroundings: error)
            }
        guard let kind else { return nil }
        self = kind
    }

    /// Errors of what the control plane stands on: database, proxy, supervisor.
    private init?(ofSurroundings error: any Error) {
        switch error {
        case PostgresError.server, PostgresError.invalidURL, PostgresError.decoding, PostgresError.tooManyRows:
            self.init(502, "database_refused", "Database refused")
        case is PostgresError:
            self.init(503, "database_unavailable", "Database unavailable")
        case TrafficError.configurationRefused, TrafficError.notTaken, TrafficError.reloadFailed,
            TrafficError.certificate, TrafficError.replyTooLarge:
            self.init(502, "proxy_refused", "Proxy refused")
        case is TrafficError:
            self.init(503, "proxy_unavailable", "Proxy unavailable")
        case BackupError.diskTooSmall:
            self = .diskFull
        case BackupError.busy:
            self.init(409, "backup_busy", "Backup under way")
        case is BackupError:
            self.init(502, "backup_failed", "Backup failed")
        case RuntimeFault.invalidService, RuntimeFault.pathTooLong:
            self.init(422, "service_refused", "Service refused")
        case is RuntimeFault:
            self.init(503, "supervisor_unavailable", "Supervisor unavailable")
        case ExecutionError.busy, ExecutionError.locked, ExecutionError.oldSnapshot, ExecutionError.backfillPaused:
            self.init(503, "database_busy", "Database busy")
        case is MigrationError, is ExecutionError, is SQLSyntaxError, is BackfillError:
            self.init(422, "migration_refused", "Migration refused")
        case is SettingsError:
            self.init(422, "settings_refused", "Settings refused")
        default:
            return nil
        }
    }

    private init(_ error: DeploymentsError) {
        switch error {
        case .planChanged: self.init(409, "plan_changed", "Plan changed")
        case .alreadyServing: self.init(409, "already_serving", "Nothing to do")
        case .nothingDeployed: self.init(409, "nothing_deployed", "Nothing deployed")
        case .unknownDeployment, .noTrial: self = .notFound
        case .notOnTrial: self.init(409, "not_on_trial", "Not on trial")
        case .notReady: self.init(503, "not_ready", "Not ready")
        default: self.init(422, "deployment_refused", "Deployment refused")
        }
    }

    private init(_ error: SecretsError) {
        switch error {
        case .unknownSecret: self = .notFound
        case .file(let fault) where fault.isDiskFull: self = .diskFull
        case .sameValue, .nameTaken, .versionNotKept, .settingsNotKept, .changedMeanwhile:
            self.init(409, "secret_conflict", "Refused")
        case .keyRingMissing, .keyRingExists, .keyRingOpen, .keyRingOwner, .keyRingNoFile, .keyRingDamaged,
            .keyRingReadOnly, .keyRingFull, .keyRingBusy, .unknownKey, .altered, .file, .ageMissing, .ageTookTooLong:
            self.init(503, "keys_unusable", "Keys unusable")
        default: self.init(422, "secret_refused", "Secret refused")
        }
    }

    private init(_ error: ControlPlaneError) {
        switch error {
        case .unknownEnvironment, .nothingToRunIn, .inNoSlot, .unknownCommand, .unknownAuditEntry, .nobodyToErase:
            self = .notFound
        case .reservedVariable, .wrongPaymentKey: self.init(422, "secret_refused", "Secret refused")
        case .wrongData, .databaseSecretMissing: self.init(422, "data_refused", "Data refused")
        case .frozen: self.init(409, "frozen", "Frozen")
        case .neverServed: self.init(422, "never_served", "Never served")
        case .secretsMissing: self.init(422, "secrets_missing", "Secrets missing")
        case .commandNotFound: self.init(422, "command_not_found", "Command not found")
        case .invalidParameter: self.init(400, "invalid_parameter", "Invalid parameter")
        case .archiveTooLarge: self.init(413, "too_large", "Too large")
        case .applicationInUse, .environmentInUse, .addressTaken, .metricRefused:
            self.init(422, "settings_refused", "Settings refused")
        case .releaseInUse: self.init(409, "release_in_use", "Release in use")
        case .unknownRecipient, .guardedSettings: self.init(403, "forbidden", "Forbidden")
        case .noSignIn, .noVPN: self.init(422, "not_configured", "Not configured")
        case .configurationBusy: self.init(409, "configuration_busy", "Being changed")
        case .tooManyFollowers: self.init(503, "too_many_followers", "Too many followers")
        default: self.init(409, "refused", "Refused")
        }
    }
}

extension Problem.Kind {
    fileprivate init(_ error: AccessError) {
        switch error {
        case .badToken, .tokenExpired, .tokenRevoked, .noSession, .sessionOver, .disabled, .dormant, .identityToken,
            .badRecoveryCode, .unknownSignIn, .otherBrowser, .deviceCodeExpired:
            self.init(401, "unauthorized", "Unauthorized")
        case .locked, .tooManySignIns: self.init(429, "locked", "Locked")
        case .wrongNetwork: self.init(403, "wrong_network", "Wrong network")
        case .proofNotFresh: self.init(403, "proof_not_fresh", "Proof not fresh")
        case .notOnCall, .notAdmin, .machineIsNoAdmin, .selfConfirmation, .ownRoles, .notToEnd, .reviewByParticipant,
            .reviewOverdue, .tokenMakesToken, .scopeTooWide, .emailNotVerified, .notInGroup, .contextMissing,
            .noAccount,
            .otherIdentity:
            self.init(403, "forbidden", "Forbidden")
        case .unknownAccount, .unknownProposal, .unknownToken, .unknownBreakGlass, .unknownPeer: self = .notFound
        case .provider, .providerUnreachable: self.init(502, "identity_provider", "Identity provider unusable")
        case .environmentsDiffer: self.init(400, "environments_differ", "Environments differ")
        default: self.init(422, "access_refused", "Refused")
        }
    }
}
