import Testing

@testable import Traffic

@Suite struct RuntimeReplyTests {
    @Test func `the workers are told from the master, the old ones and the programs`() {
        let reply = """
            #<PID>          <type>          <reloads>       <uptime>        <version>
            6585            master          2 [failed: 1]   0d00h00m03s     2.6.12-1+deb12u4
            # workers
            7155            worker          0               0d00h00m01s     2.6.12-1+deb12u4
            # old workers
            6597            worker          1               0d00h00m03s     2.6.12-1+deb12u4
            # programs

            """
        let processes = RuntimeReply.processes(reply)
        #expect(
            processes.workers == [
                .init(process: 7_155, isCurrent: true), .init(process: 6_597, isCurrent: false),
            ])
        #expect(processes.failedReloads == 1)
    }

    @Test func `statistics are read by the names of their columns, of several replies in one`() {
        let reply = """
            # pxname,svname,qcur,scur,status,hrsp_5xx,req_tot,
            production-s1-read,BACKEND,1,2,UP,3,4,

            # pxname,svname,scur,qcur,status,hrsp_5xx,req_tot,
            production-s1-write,web1,5,,no check,6,7,

            """
        let rows = RuntimeReply.statistics(reply)
        #expect(rows.map(\.proxy) == ["production-s1-read", "production-s1-write"])
        #expect(rows.map(\.server) == ["BACKEND", "web1"])
        #expect(rows.map { $0["scur"] } == [2, 5])
        #expect(rows.map { $0["qcur"] } == [1, 0])
        #expect(rows.map { $0["req_tot"] } == [4, 7])
        #expect(rows.map(\.status) == ["UP", "no check"])
    }

    @Test func `a session is known by its address and its backend`() {
        let reply = """
            0x5584cc36b1c0: proto=sockpair src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=00 epoch=0 age=0s
            0x5584cc36c000: proto=tcpv4 src=127.0.0.1:4711 fe=web be=production-s1-read srv=web1 ts=00 age=9s

            """
        #expect(
            RuntimeReply.sessions(reply) == [
                .init(id: "0x5584cc36b1c0", backend: "<NONE>"),
                .init(id: "0x5584cc36c000", backend: "production-s1-read"),
            ])
    }

    @Test func `tracked connections are read by their keys, after other replies too`() {
        let reply = """
            # pxname,svname,scur,
            production-s1-read,BACKEND,5,

            # table: long-lived, type: string, size:8, used:2
            0x7f4d280303a8: key=production-s1-read use=3 exp=0 conn_cur=3
            0x7f4d280304a8: key=production-s1-write use=0 exp=0 shard=0 conn_cur=0

            """
        #expect(
            RuntimeReply.trackedConnections(reply) == ["production-s1-read": 3, "production-s1-write": 0])
    }

    @Test func `a server is in maintenance by command or by the server it tracks, not by what the file once said`() {
        let reply = """
            1
            # be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_port
            8 production-s3-read 1 web1 127.0.0.1 2 4 18103
            8 production-s3-read 2 web2 127.0.0.1 0 5 9
            9 production-s3-write 2 web2 127.0.0.1 0 2 9

            """
        #expect(
            RuntimeReply.servers(reply) == [
                .init(backend: "production-s3-read", name: "web1", port: 18_103, inMaintenance: false),
                .init(backend: "production-s3-read", name: "web2", port: 9, inMaintenance: true),
                .init(backend: "production-s3-write", name: "web2", port: 9, inMaintenance: true),
            ])
    }

    @Test func `what is no reply gives nothing`() {
        #expect(RuntimeReply.processes("Unknown command").workers.isEmpty)
        #expect(RuntimeReply.statistics("No such proxy.\n").isEmpty)
        #expect(RuntimeReply.sessions("\n").isEmpty)
        #expect(RuntimeReply.servers("Can't find backend.\n").isEmpty)
        #expect(RuntimeReply.trackedConnections("No such table\n").isEmpty)
    }
}
