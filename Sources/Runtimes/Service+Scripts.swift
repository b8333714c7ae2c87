import DurableFiles

/// The scripts that runsv runs; they hold no value of the environment. dash's `kill` takes no `--` before a group.
extension Service {
    /// Starts the command in a session of its own.
    ///
    /// What an earlier process left behind when its runsv was killed is killed first, known by pid, start and boot.
    func runScript(runit: Runit, controlGroup: ControlGroup?) -> String {
        let home = unixUser.flatMap { UnixUser(named: $0)?.home } ?? workingDirectory
        return """
            #!/bin/sh
            # Format \(formatVersion). Written by Switchyard; changes are overwritten.
            exec 2>&1
            identity() {
                IFS= read -r line < "/proc/$1/stat" || return 1
                set -- "$1" ${line##*) }
                echo "$1 ${21} $(cat /proc/sys/kernel/random/boot_id)"
            }
            if read -r pid rest < state/process; then
                [ "$(identity "$pid")" = "$pid $rest" ] && kill -KILL "-$pid"
            fi 2>/dev/null
            { identity $$ > state/process; date +%s > state/started; } || true
            folder=$PWD
            \(controlGroup?.joinScript(memoryLimit: memoryLimit) ?? "")
            ulimit -n \(openFiles) 2>/dev/null || ulimit -n "$(ulimit -H -n)"
            cd \(Self.quoted(workingDirectory)) || exit 111
            exec env -i PATH=\(Runit.searchPath) HOME=\(Self.quoted(home)) LANG=C.UTF-8 \\
                \(starter(runit))

            """
    }

    /// What becomes the process: chpst, or where something is sealed Switchyard itself, which reads the command, the
    /// account and all variables from the definition.
    private func starter(_ runit: Runit) -> String {
        if let sealed {
            return
                "\(Self.credentials)\(Self.quoted(sealed.program)) deliver --session \"$folder/definition/service.json\""
        }
        let user = unixUser.map { " -u \(Self.quoted($0))" } ?? ""
        let words = command.map(Self.quoted).joined(separator: " ")
        return "\(runit.chpst) -P -e \"$folder/definition/env\"\(user) \(words)"
    }

    /// Where systemd has put the key ring, if it has: a path, no secret.
    private static let credentials = "${CREDENTIALS_DIRECTORY:+CREDENTIALS_DIRECTORY=\"$CREDENTIALS_DIRECTORY\"} "

    /// What reads the log: svlogd, or before it the redactor, which starts svlogd.
    private func logReader(_ runit: Runit, folder: String) -> String {
        let writer = "\(runit.svlogd) -ttt \(folder)"
        guard let sealed else { return writer }
        return "env -i PATH=\(Runit.searchPath) LANG=C.UTF-8 \(Self.credentials)\(Self.quoted(sealed.program)) redact "
            + "--key-ring \(Self.quoted(sealed.keyRing)) --known \(Self.quoted(sealed.known)) -- \(writer)"
    }

    /// Ends what the process left behind, records how it ended and spaces restarts out: 1, 1, 2, 4 ... s, up to its longest pause.
    ///
    /// The pause counts from the end of the process. A zombie of its group is waited for by nobody: only init can end it.
    /// The last command is `exec sleep`, so that a stop or a start can cut the wait short by ending it.
    func finishScript(controlGroup: ControlGroup?) -> String {
        let longestPause = longestPauseSeconds ?? Limits.longestBackOffSeconds
        return """
            #!/bin/sh
            # $1: exit code, -1 after a signal; $2: the signal.
            exec 2>&1
            # Hundredths of a second.
            uptime() { read -r seconds rest < /proc/uptime; echo "${seconds%.*}${seconds#*.}"; }
            began=$(uptime)
            # Whether a process of the group still runs; after the name in parentheses: state, parent, group.
            group_runs() {
                for stat in /proc/[0-9]*/stat; do
                    read -r line < "$stat" || continue
                    set -- ${line##*) }
                    [ "$3" = "$pid" ] && [ "$1" != Z ] && return 0
                done 2>/dev/null
                return 1
            }
            now=$(date +%s)
            started=$now
            [ -s state/started ] && read -r started < state/started
            pid=
            [ -s state/process ] && read -r pid rest < state/process
            if [ -n "$pid" ] && kill -TERM "-$pid" 2>/dev/null; then
                left=\(min(stopSeconds, Limits.stragglerSeconds) * 10)
                while [ $left -gt 0 ] && group_runs; do sleep 0.1; left=$((left - 1)); done
                kill -KILL "-$pid" 2>/dev/null
            fi
            \(controlGroup?.endScript ?? "")
            rm -f state/process
            echo "$started $now $1 $2" >> state/exits
            tail -n \(Limits.recentExits) state/exits > state/exits.new && mv state/exits.new state/exits
            case "$(cat supervise/stat)" in *want*) exit 0 ;; esac
            failures=0
            [ -s state/failures ] && read -r failures < state/failures
            [ $((now - started)) -ge \(Limits.healthySeconds) ] && failures=0
            seconds=1
            turn=1
            while [ $turn -lt "$failures" ] && [ $seconds -lt \(longestPause) ]; do
                seconds=$((seconds * 2))
                turn=$((turn + 1))
            done
            [ $seconds -gt \(longestPause) ] && seconds=\(longestPause)
            echo $((failures + 1)) > state/failures
            left=$((seconds * 100 - $(uptime) + began))
            [ $left -gt 0 ] || left=0
            exec sleep "$((left / 100)).$(printf %02d $((left % 100)))"

            """
    }

    /// Sets the blocks of the current log file aside before svlogd starts: on a full disk it writes into them, then
    /// removes its oldest file (`N0`) for the next, so that the process never waits for its log.
    func logScript(runit: Runit) -> String {
        let folder = Self.quoted(logFolder)
        return """
            #!/bin/sh
            exec 2>&1
            mkdir -p \(folder)
            [ -e \(folder)/current ] || : > \(folder)/current
            chmod 744 \(folder)/current
            fallocate --keep-size --length \(Limits.logFileBytes) \(folder)/current 2>/dev/null
            exec \(logReader(runit, folder: folder))

            """
    }

    var logConfiguration: String { "s\(Limits.logFileBytes)\nn\(Limits.logFiles)\nN0\n" }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
