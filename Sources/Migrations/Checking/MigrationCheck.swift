/// Reads a folder of migrations and says what cannot be used in it and what its phases forbid.
///
/// How long a statement would lock whom is not said here: that is measured by a rehearsal.
package struct MigrationCheck: Sendable {
    private let parser: any SQLParser

    package init(parser: any SQLParser = PgQueryParser()) {
        self.parser = parser
    }

    /// Checks a folder; what is wrong with it is in the report, whatever it is.
    package func check(folder: String) -> MigrationReport {
        let survey: MigrationFolder.Survey
        do {
            survey = try MigrationFolder.survey(folder, parser: parser)
            if survey.migrations.isEmpty, survey.problems.isEmpty { throw MigrationError.empty(path: folder) }
        } catch {
            let finding = Finding(.unreadable, .unusable, file: "", "\(error)")
            return MigrationReport(folder: folder, migrations: [], findings: [finding])
        }
        let problems = survey.problems.map { Finding(problem: $0, folder: folder) }
        return MigrationReport(
            folder: folder, migrations: survey.migrations,
            findings: problems + findings(in: survey.migrations))
    }

    /// What is wrong with migrations that were read; they are in their order.
    package func findings(in migrations: [Migration]) -> [Finding] {
        var rules = PhaseRules()
        return migrations.flatMap { migration in
            var findings = shape(of: migration)
            for step in migration.steps {
                switch usableStatements(of: step) {
                case .success(let statements):
                    findings += statements.isEmpty ? [empty(step)] : rules.findings(in: statements, of: step.phase)
                case .failure(let problems):
                    findings += problems.findings
                }
            }
            return findings
        }
    }

    /// What can be said without reading a statement.
    private func shape(of migration: Migration) -> [Finding] {
        if migration.revert == nil, let expand = migration.expand {
            let message =
                "The migration \(migration.name) has no way back: once it is applied, only a restore undoes it."
            let instead = migration.layout == .phases ? "Write what takes it back into revert.sql." : nil
            return [Finding(.noRevert, .note, file: expand.file, message, instead: instead)]
        }
        if migration.layout == .phases, migration.expand == nil, let revert = migration.revert {
            let message = "The migration \(migration.name) has a revert and no expand step that it could take back."
            return [Finding(.nothingToRevert, .dangerous, file: revert.file, message)]
        }
        return []
    }

    private func empty(_ step: MigrationStep) -> Finding {
        Finding(.emptyStep, .note, file: step.file, "The step holds no statement.", instead: "Remove the file.")
    }

    /// Findings as an error, for those who cannot go on.
    private struct Problems: Error {
        let findings: [Finding]
    }

    /// The statements of a step, all of which can be run by someone.
    private func usableStatements(of step: MigrationStep) -> Result<[SQLStatement], Problems> {
        do {
            let statements = try step.statements(by: parser)
            let problems = statements.compactMap(unusable)
            guard problems.isEmpty else { return .failure(Problems(findings: problems)) }
            if step.phase == .backfill, !statements.isEmpty { _ = try Backfill(step, parser: parser) }
            return .success(statements)
        } catch let error as SQLSyntaxError {
            return .failure(Problems(findings: [SyntaxDiagnosis(error, in: step, parser: parser).finding]))
        } catch let error as BackfillError {
            return .failure(
                Problems(findings: [Finding(.backfillForm, .unusable, at: error.position, "\(error.sentence).")]))
        } catch {
            return .failure(Problems(findings: [Finding(.unreadable, .unusable, file: step.file, "\(error)")]))
        }
    }

    /// Nil for what a runner can run.
    private func unusable(_ statement: SQLStatement) -> Finding? {
        switch statement.kind {
        case .transactionControl(let word):
            Finding(
                .transactionControl, .unusable, about: statement,
                "\(word) would end or split the transaction that records the step.",
                instead: "Take it out: each step runs in a transaction of its own, and what cannot runs outside.")
        case .copy(_, withClient: true):
            SyntaxDiagnosis.copyFinding(statement)
        case .serverWide:
            Finding(
                .serverWide, .unusable, about: statement, "The statement is not about this database alone.",
                instead: "Run it by hand, once for the server.")
        default:
            nil
        }
    }
}

extension Finding {
    /// What a folder holds that is no migration.
    fileprivate init(problem: MigrationError, folder: String) {
        switch problem {
        case .sameTimestamp(_, let second):
            self.init(.sameTimestamp, .unusable, file: second.rawValue, "\(problem)")
        case .unexpectedEntry(let path, _), .unreadable(let path, _), .empty(let path):
            let file = path.hasPrefix(folder + "/") ? String(path.dropFirst(folder.count + 1)) : path
            self.init(.unreadable, .unusable, file: file, "\(problem)")
        }
    }
}
