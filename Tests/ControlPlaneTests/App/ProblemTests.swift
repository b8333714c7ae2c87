import API
import Deployments
import DurableFiles
import Foundation
import Releases
import Store
import Testing

@testable import ControlPlane
@testable import Domain

struct ProblemTests {
    private static let environment = EnvironmentName(unchecked: "production")

    static let cases: [(error: any Error, status: Int, code: String)] = [
        (DeploymentsError.planChanged(expected: "a", actual: "b"), 409, "plan_changed"),
        (DeploymentsError.nothingDeployed(environment), 409, "nothing_deployed"),
        (DeploymentsError.unknownDeployment(DeploymentID(9)), 404, "not_found"),
        (DeploymentsError.notReady("no proxy"), 503, "not_ready"),
        (DeploymentsError.neverHealthy("x", seconds: 1), 422, "deployment_refused"),
        (SlotTableError.noWayBack(environment), 409, "no_way_back"),
        (SlotTableError.noFreeSlot(environment), 409, "no_slot"),
        (ControlPlaneError.unknownEnvironment("x", known: [environment]), 404, "not_found"),
        (ControlPlaneError.invalidParameter(name: "last", value: "x", expected: "1"), 400, "invalid_parameter"),
        (ControlPlaneError.archiveTooLarge(most: 1), 413, "too_large"),
        (InvalidName(noun: "environment", text: "X", rule: "r"), 400, "invalid_name"),
        (FileFault(operation: "write", path: "/x", code: ENOSPC), 507, "disk_full"),
        (FileFault(operation: "write", path: "/x", code: EACCES), 500, "internal"),
        (StoreError.newerSchema(path: "/x"), 503, "state_unusable"),
    ]

    @Test(arguments: cases.indices)
    func `an error is always the same status and code`(index: Int) {
        let (error, status, code) = Self.cases[index]
        let problem = Problem(error)
        #expect(problem.status == status)
        #expect(problem.code == code)
        #expect(problem.detail == "\(error)")
    }

    @Test(arguments: [("no proxy", "no proxy."), ("The disk is full.", "The disk is full."), ("Is it?", "Is it?")])
    func `what is not ready is told in one sentence with one end`(what: String, told: String) {
        #expect("\(DeploymentsError.notReady(what))" == "Switchyard is not ready to deploy: \(told)")
    }
}
