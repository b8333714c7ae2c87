import Ports
import Testing

struct FreePortTests {
    @Test func `free ports differ and nobody listens on them`() throws {
        let ports = try FreePort.find(count: 50)
        #expect(Set(ports).count == 50)
        for port in ports {
            #expect(FreePort.isFree(port))
            #expect(!NumericAddress(host: "127.0.0.1", port: port).accepts())
        }
    }

    @Test(arguments: ["localhost", "example.org", "127.0.0.1.2", "[::1]", ""])
    func `a host that is no address in numbers is told from a taken port`(host: String) {
        let address = NumericAddress(host: host, port: 80)
        #expect(!address.isNumeric)
        #expect(throws: PortFault.self) { try FreePort.require(address) }
    }
}
