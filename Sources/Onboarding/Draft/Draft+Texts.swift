import Domain

extension Draft {
    /// The text of release.yaml.
    var releaseText: String {
        """
        # What a release of \(name.value) is and how it runs; drafted by 'switchyard init', to be corrected by you.

        # From \(name.source).
        name: \(YAMLText.scalar(name.value.rawValue))
        # From \(survey.version.source). A version is used once: raise it for every release.
        version: \(YAMLText.version(survey.version.value.rawValue))
        \(buildText)
        processes:
        \(survey.processes.map(processText).joined(separator: "\n"))

        health:
        \(healthText)

        # Requests to the features that must work; asked before users come and while the release is watched.
        # probes:
        #   - name: front page
        #     path: /
        #     contains: a text of that page
        \(migrationsText)
        # Folders that live across releases, such as uploads; each process finds them in $SHARED_DIRECTORY.
        # shared: [uploads]

        """
    }

    /// The text of switchyard.yaml.
    var configurationText: String {
        """
        # Where releases of \(name.value) run; drafted by 'switchyard init', to be corrected by you.

        application: \(YAMLText.scalar(name.value.rawValue))
        environments:
          production:
        \(databaseText)
            # Releases go to all users at once, watched by probes. 'progressive' gives them to few users first and judges
            # them by what those met, which takes some hundred visits a release: change it when your users come.
            strategy: blue_green
            # Host names that lead here; with one environment all of them do.
            # domains: [\(name.value).example.com]
            # Environment variables of the application, such as settings and keys.
            # settings:
            #   LOG_LEVEL: info
        traffic:
          # Where users come in: \(listen.source). For everybody: 0.0.0.0:80.
          http: \(YAMLText.scalar(listen.value))

        """
    }

    private var buildText: String {
        guard let build = survey.build else { return "" }
        return """

            # How 'switchyard release create --from-git REF' makes the release from a commit; from \(build.source).
            build:
              command: \(YAMLText.list(ShellLine.command(of: build.value)))

            """
    }

    private func processText(_ process: Survey.Process) -> String {
        let command = process.kind == .web ? webCommand : process.command
        var lines = ["  # From \(command.source)."]
        switch process.kind {
        case .web: lines[0] += " Listens on $HOST:$PORT and ends after SIGTERM when its requests are answered."
        case .worker: lines[0] += " New ones start after the switch, old ones end at the commit."
        case .singleton: lines[0] += " By its name never two at once: the old one ends before the new one starts."
        }
        lines.append("  \(process.name):")
        if process.kind == .singleton { lines.append("    kind: singleton") }
        lines.append("    command: \(YAMLText.list(ShellLine.command(of: command.value)))")
        return lines.joined(separator: "\n")
    }

    private var healthText: String {
        guard let health else { return "" }
        var lines = ["  # From \(health.source). Answers 2xx as long as the process is well."]
        lines.append("  path: \(YAMLText.scalar(health.value))")
        if let path = survey.databaseHealth, database.value != .none {
            lines.append("  # From \(path.source). Answers 2xx as long as the database is reached.")
            lines.append("  database: \(YAMLText.scalar(path.value))")
        }
        return lines.joined(separator: "\n")
    }

    private var migrationsText: String {
        guard let migrations = survey.migrations else { return "" }
        let comment = "\n" + YAMLText.comment(migrations.advice) + "\n"
        return migrations.isRunByDeployments ? comment + "migrations: \(YAMLText.scalar(migrations.folder))\n" : comment
    }

    private var databaseText: String {
        switch database.value {
        case .embedded:
            """
                # From \(database.source): PostgreSQL. 'embedded' is a private one in Switchyard's state folder; one of your
                # own is {url: "postgresql://user:${PASSWORD}@host/database"}. Processes get it as DATABASE_URL.
                database: embedded
            """
        case .none:
            """
                # From \(database.source). Else 'embedded', or {url: "postgresql://user:${PASSWORD}@host/database"}.
                database: none
            """
        case .url:
            """
                # From \(database.source): PostgreSQL. Set DATABASE_URL where 'switchyard serve' is started.
                database:
                  url: ${\(Self.databaseVariable)}
            """
        }
    }
}
