import API
import Deployments
import Domain
import Foundation
import Hummingbird

/// One-off commands: preparing them, telling their end, listing them.
struct CommandsController: Sendable {
    let commands: OneOffCommands
    let journal: Journal

    func addRoutes(to router: APIRouter) {
        router.on(.prepareCommand) { request, context in
            var message = try await request.message(RunRequest.self)
            try Limits.require(message.requestedBy, "requestedBy", atMost: Limits.requesterCharacters)
            message.requestedBy = context.requester(message.requestedBy)
            let prepared = try await commands.prepare(
                message, in: context.parameters.require("environment"), by: context.notes.actor)
            context.notes.add("command", prepared.command.id.uuidString)
            context.notes.add("program", prepared.program)
            return try .json(prepared, status: .created)
        }
        router.on(.endCommand) { request, context in
            let message = try await request.message(CommandEnd.self)
            try Limits.require(message.reason, "reason", atMost: Limits.reasonCharacters)
            return try .json(await commands.end(Self.command(context), message))
        }
        router.on(.commands) { request, _ in
            let (environment, last) = try DeploymentsController.selection(request)
            return try .json(await journal.commands(of: environment, last: last))
        }
    }

    static func command(_ context: AppRequestContext) throws -> UUID { try context.parameters.identifier("command") }
}
